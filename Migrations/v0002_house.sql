-- Catalogues, bidders and their credentials.
--
-- An id is 1 to 64 characters of A-Z a-z 0-9 . _ : - (the GLOB below says: no other character).

CREATE TABLE sale (
    id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64 AND id NOT GLOB '*[^A-Za-z0-9._:-]*'),
    -- 200 characters as people count them; in bytes that is at most 800.
    title TEXT NOT NULL CHECK (length(CAST(title AS BLOB)) BETWEEN 1 AND 800),
    -- Each further lot closes this many milliseconds later than was asked for.
    stagger INTEGER NOT NULL CHECK (stagger BETWEEN 0 AND 3155760000000),
    -- Only registered and approved bidders may bid on its lots.
    requires_approval INTEGER NOT NULL CHECK (requires_approval IN (0, 1)),
    -- The group that late bids extend together, of its lots with a soft close that name no other.
    soft_close_group TEXT CHECK (
        length(soft_close_group) BETWEEN 1 AND 64 AND soft_close_group NOT GLOB '*[^A-Za-z0-9._:-]*')
) STRICT, WITHOUT ROWID;

CREATE TABLE bidder (
    id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64 AND id NOT GLOB '*[^A-Za-z0-9._:-]*'),
    -- What the house calls the bidder. Never shown to others.
    name TEXT CHECK (length(CAST(name AS BLOB)) BETWEEN 1 AND 800),
    -- The most that a single bid may offer; NULL: no bound.
    bid_limit INTEGER CHECK (bid_limit BETWEEN 1 AND 9007199254740991),
    bid_limit_currency TEXT CHECK (bid_limit_currency GLOB '[A-Z][A-Z][A-Z]'),
    bid_limit_exponent INTEGER CHECK (bid_limit_exponent BETWEEN 0 AND 4),
    suspended INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    CHECK ((bid_limit IS NULL) = (bid_limit_currency IS NULL)),
    CHECK ((bid_limit IS NULL) = (bid_limit_exponent IS NULL))
) STRICT, WITHOUT ROWID;

-- A bidder's admission to one sale.
CREATE TABLE registration (
    sale TEXT NOT NULL REFERENCES sale (id),
    bidder TEXT NOT NULL REFERENCES bidder (id),
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    -- The most that the bidder may be committed to over all lots of the sale that he leads.
    exposure_limit INTEGER CHECK (exposure_limit BETWEEN 1 AND 9007199254740991),
    exposure_limit_currency TEXT CHECK (exposure_limit_currency GLOB '[A-Z][A-Z][A-Z]'),
    exposure_limit_exponent INTEGER CHECK (exposure_limit_exponent BETWEEN 0 AND 4),
    PRIMARY KEY (sale, bidder),
    CHECK ((exposure_limit IS NULL) = (exposure_limit_currency IS NULL)),
    CHECK ((exposure_limit IS NULL) = (exposure_limit_exponent IS NULL))
) STRICT, WITHOUT ROWID;

-- Bearer tokens that are good now. Only the SHA-256 of a token is kept: nobody can read one here.
CREATE TABLE token (
    hash TEXT PRIMARY KEY CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'),
    bidder TEXT REFERENCES bidder (id),
    administrator TEXT,
    expires_at INTEGER,
    -- It is somebody's, and one body's only.
    CHECK ((bidder IS NULL) <> (administrator IS NULL))
) STRICT, WITHOUT ROWID;

-- The public keys that the server has signed with: Ed25519, as hexadecimal digits. Each was in use from
-- added_at until the next one's, and never again. The private keys are not in the database.
CREATE TABLE signing_key (
    public_key TEXT PRIMARY KEY
        CHECK (length(public_key) = 64 AND public_key NOT GLOB '*[^0-9a-f]*'),
    added_at INTEGER NOT NULL CHECK (added_at BETWEEN 0 AND 253402300799999)
) STRICT, WITHOUT ROWID;
