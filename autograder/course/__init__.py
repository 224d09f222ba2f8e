"""The only wing people call: release a sheet, grade its hand-ins (``autograder --help``); instructors only."""
