-- The views a person keeps in front.
CREATE TABLE view_pins (
    workspace TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    view TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, user_id, view)
);
