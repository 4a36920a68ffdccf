"""What a process is told from outside: the settings table, its parts and who reads which.

`table` has every setting; `logins`, `insights`, `outreach` and `processes` are its parts. `clone`
reads the few that a clone needs without what checks all of them, so nothing is imported here.
"""
