"""The ablation matrix: every question to every choice of controls, and what that proves."""
