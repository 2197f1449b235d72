"""Lists of tasks as files: our own JSON, tables for spreadsheets, calendars, and what other programs export."""
