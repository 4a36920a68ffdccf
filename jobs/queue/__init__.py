"""RQ as this system uses it: JSON jobs with fixed ids. Start with `dispatcher`."""
