-- Snapshots of the state: where they are, a start follows only the end of the log. A cache, and no
-- more: everything here is in the log, too. These tables may be emptied at any time while no server
-- runs; the next start then follows the log from its beginning, and they fill again.
--
-- Each part has its image from a moment of its own, so that they can be renewed little by little, a few
-- with each commit. None of it is believed unless its checksum is right and the log has the entry that
-- it goes back to. Images are bytes that only the version of Gavel which wrote them has to read.

-- One row: how far the snapshot goes.
CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL, -- of all images
    -- What happened up to this entry is in the images; of what came later some is.
    position INTEGER NOT NULL CHECK (position >= 1),
    hash BLOB NOT NULL CHECK (length(hash) = 32), -- that entry's
    lots INTEGER NOT NULL CHECK (lots >= 0), -- how many have an image
    checksum BLOB NOT NULL -- SHA-256 of the values before it
) STRICT;

-- One row: sales, bidders, registrations and tokens.
CREATE TABLE snapshot_house (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL, -- the image tells what happened up to this entry
    hash BLOB NOT NULL CHECK (length(hash) = 32), -- that entry's
    image BLOB NOT NULL, -- secret
    checksum BLOB NOT NULL
) STRICT;

-- The lots, without their replies.
CREATE TABLE snapshot_lot (
    auction TEXT PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number >= 0), -- 0, 1, 2 … in the order of their creation
    position INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    image BLOB NOT NULL, -- secret
    -- The pages with the latest public changes that belong to the image: the number of the first one,
    -- how many there have ever been, and how much of the last one.
    changes_from INTEGER NOT NULL,
    changes_to INTEGER NOT NULL,
    changes_length INTEGER NOT NULL,
    checksum BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A lot's replies and its latest public changes, by the page. A full page never changes, so that a lot
-- with a million bids costs no more than its last page and what is new. The last page may be ahead of
-- the lot's image.
CREATE TABLE snapshot_page (
    auction TEXT NOT NULL,
    book TEXT NOT NULL CHECK (book = 'replies' OR book = 'changes'),
    number INTEGER NOT NULL CHECK (number >= 0),
    bytes BLOB NOT NULL, -- secret
    checksum BLOB NOT NULL,
    PRIMARY KEY (auction, book, number)
) STRICT;
