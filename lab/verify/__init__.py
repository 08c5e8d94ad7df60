"""The same questions, put to any PACS: whatever it is, and whoever runs it."""
