"""How a schema is cloned (`cloning`), and which clones nothing works on (`clone_tasks`)."""
