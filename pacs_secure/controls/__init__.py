"""One module a control, and CONTROLS: the tuple, in the order asked."""
