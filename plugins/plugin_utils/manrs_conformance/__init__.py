"""Audit, gate and push routing security against MANRS: the engine behind the Ansible, Nornir and command line faces."""
