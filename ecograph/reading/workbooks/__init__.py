"""Read workbooks of any kind, harmless or not."""
