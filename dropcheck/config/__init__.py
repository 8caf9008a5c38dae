"""Options, configuration files, and the settings that hold for one file."""
