"""Exit statuses, as env, nohup and timeout have them, and the errors that end in one."""

OWN_FAILURE = 125
NOT_EXECUTABLE = 126
NOT_FOUND = 127
OF_SIGNALS = 128 # plus the signal's number, as in shells


class Failure(Exception):
    """Something that the user can mend: the message says how."""

    def __init__(self, message, exit_status=OWN_FAILURE):
        super().__init__(message)
        self.exit_status = exit_status

