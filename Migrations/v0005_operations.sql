-- When the server was last known to run: by it, a lot whose last seconds could not be reached gets
-- its time back after an outage. One row, which is written over and over.
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
