"""What of users, schools, roles and grants leaves a change history."""

from accessctl.journal.tracking import track, untracked
from accessctl.models import (
    LoginIdentity,
    LoginSession,
    Municipality,
    MunicipalityGrant,
    RegisterFile,
    Role,
    RoleAssignment,
    RoleChange,
    School,
    SchoolGrant,
    User,
)

track(Municipality)
track(School)
# A user's name repeats the person's, whose history has its own rules.
track(User, hidden=("display_name",), ignored=("last_login",))
track(LoginIdentity, hidden=("subject",))
track(Role)
track(RoleAssignment)
track(RoleChange)
track(MunicipalityGrant)
track(SchoolGrant)
untracked(LoginSession, "Logins and logouts are lines in the access log; this is the index of sessions under way.")
untracked(RegisterFile, "Reading a file in is a line in the access log, and each row it changes has its history.")
