-- The log: all that ever happened, one row an event, in one order for the whole house.
-- Every other table but meta, migration and heartbeat follows from it and could be made
-- anew by replaying it.
--
-- Times are Unix milliseconds; amounts whole minor units (cents, yen, fils).

-- A bid is one row, as each further one and each index cost as much: the answer stands beside it. The
-- views reply and commitment show the bids as tables of their own.
CREATE TABLE event (
    -- 1, 2, 3 … without a hole. Rows are only ever appended, so the key costs nothing.
    position INTEGER PRIMARY KEY CHECK (position >= 1),
    -- The lot it belongs to; NULL for an event of the house (sales, bidders, tokens).
    auction TEXT REFERENCES lot (id),
    -- The lot's own number of the public change that the event is part of.
    seq INTEGER CHECK (seq IS NULL OR (seq >= 1 AND auction IS NOT NULL)),
    -- A CASE: a long IN list is built anew at every insert.
    kind TEXT NOT NULL CHECK (
        CASE kind
        WHEN 'bid_accepted' THEN auction IS NOT NULL
        WHEN 'bid_refused' THEN auction IS NOT NULL
        WHEN 'auction_extended' THEN auction IS NOT NULL
        WHEN 'auction_created' THEN auction IS NOT NULL
        WHEN 'auction_opened' THEN auction IS NOT NULL
        WHEN 'auction_closed' THEN auction IS NOT NULL
        WHEN 'bids_voided' THEN auction IS NOT NULL
        WHEN 'reserve_lowered' THEN auction IS NOT NULL
        WHEN 'auction_paused' THEN auction IS NOT NULL
        WHEN 'auction_resumed' THEN auction IS NOT NULL
        WHEN 'auction_cancelled' THEN auction IS NOT NULL
        WHEN 'auction_announced' THEN auction IS NOT NULL
        WHEN 'ask_set' THEN auction IS NOT NULL
        WHEN 'fair_warning_given' THEN auction IS NOT NULL
        WHEN 'auction_reopened' THEN auction IS NOT NULL
        WHEN 'sale_created' THEN auction IS NULL
        WHEN 'bidder_added' THEN auction IS NULL
        WHEN 'bidder_suspended' THEN auction IS NULL
        WHEN 'bidder_reinstated' THEN auction IS NULL
        WHEN 'bidder_registered' THEN auction IS NULL
        WHEN 'token_issued' THEN auction IS NULL
        WHEN 'token_revoked' THEN auction IS NULL
        WHEN 'signing_key_added' THEN auction IS NULL
        ELSE 0 END
    ),
    -- JSON, versioned ("v":1). Holds secrets: maxes, reserves, sealed bids, who bid.
    -- Compared: a substr() is dear.
    payload TEXT NOT NULL CHECK (payload >= '{"v"' AND payload < '{"v#'),
    -- What everybody may know of it; NULL: nothing. Follows from the payload; with it the
    -- chain is checked without secrets.
    public_payload TEXT CHECK (public_payload >= '{"v"' AND public_payload < '{"v#'),
    -- Secret: keeps a payload from being found out by trying until its digest fits.
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    -- The engine's time. It never runs backwards.
    at INTEGER NOT NULL CHECK (at BETWEEN 0 AND 253402300799999),
    -- Each entry's hash covers the one before, so that nothing can be changed, taken out or put in
    -- later without changing every hash after it. The bytes that are hashed: docs/database.md.
    previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),

    -- Whose request it answers, and its id. The house may not know him.
    bidder TEXT CHECK ((bidder IS NULL) = (bid IS NULL)),
    bid TEXT CHECK (
        CASE kind WHEN 'bid_accepted' THEN bid IS NOT NULL WHEN 'bid_refused' THEN bid IS NOT NULL
        WHEN 'bids_voided' THEN 1 ELSE bid IS NULL END
    ),
    -- Of an accepted bid: its number on the lot, 0, 1, 2 …, the priority between equal amounts; what
    -- it commits to (secret, unless it is an exact bid's on an english lot); and its bidder's number
    -- there, in the order of the first accepted bids: to others he is "Bidder 1", "Bidder 2" …
    ordinal INTEGER,
    committed INTEGER CHECK (committed BETWEEN 1 AND 9007199254740991),
    alias INTEGER CHECK (alias >= 1),
    -- What he was told. Of a refusal: the code, how late he was, and the least that would do.
    told_code TEXT CHECK ((kind = 'bid_refused') = (told_code IS NOT NULL)),
    told_late_by INTEGER CHECK ((told_code IS 'closed') = (told_late_by IS NOT NULL)),
    told_minimum INTEGER CHECK (iif(bid IS NULL, told_minimum IS NULL, told_minimum >= 1)),
    -- Of an acceptance: the lot's newest seq (also of a retraction), whether he leads (NULL: the
    -- format does not tell), his max (secret), the price, the reserve (none, unmet, met), the end.
    told_seq INTEGER CHECK (told_seq IS NULL OR bid IS NOT NULL AND told_code IS NULL),
    told_leading INTEGER CHECK (told_leading IN (0, 1)),
    told_max INTEGER,
    told_price INTEGER,
    told_reserve TEXT,
    told_ends_at INTEGER,
    CHECK (
        CASE kind WHEN 'bid_accepted'
        THEN ordinal >= 0 AND ordinal IS NOT NULL AND committed IS NOT NULL
            AND alias IS NOT NULL AND told_seq IS NOT NULL AND told_max IS NOT NULL AND told_reserve IS NOT NULL
        ELSE coalesce(ordinal, committed, alias, told_leading, told_max, told_price, told_reserve,
            told_ends_at) IS NULL
        END
    )
) STRICT;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never changed'); END;

CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never deleted'); END;

-- What the database says of itself: log_id names this history, and is another one in every backup.
CREATE TABLE meta (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which of these files have been run here, and the SHA-256 of what they said then.
CREATE TABLE migration (
    number INTEGER PRIMARY KEY CHECK (number >= 1),
    name TEXT NOT NULL UNIQUE,
    checksum TEXT NOT NULL CHECK (length(checksum) = 64),
    applied_at INTEGER NOT NULL
) STRICT;
