-- When somebody last asked that what waits be moved; 0 once a move begins after it.
INSERT INTO counters (name, value) VALUES ('inbox_asked', 0);
