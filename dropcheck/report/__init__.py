"""From a Report to text: one pure renderer a file, none of which reads files, knows rules or prints."""
