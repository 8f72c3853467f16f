-- The views a person keeps in front.
CREATE TABLE view_pins (
    workspace TEXT NOT NULL,
    user_id TEXT NOT NULL,
    view TEXT NOT NULL,
    PRIMARY KEY (workspace, user_id, view)
) STRICT;
