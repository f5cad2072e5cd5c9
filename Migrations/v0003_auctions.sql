-- The lots: their terms, which never change; their state, which is brought up to date in the
-- transaction of the events that change it; and both together.
-- No IN lists of three or more: SQLite builds a table for each at every write.

CREATE TABLE lot (
    number INTEGER PRIMARY KEY CHECK (number >= 0), -- 0, 1, 2 … in the order of their creation
    id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64 AND id NOT GLOB '*[^A-Za-z0-9._:-]*'),
    sale TEXT REFERENCES sale (id),
    title TEXT NOT NULL CHECK (length(CAST(title AS BLOB)) BETWEEN 1 AND 800),
    format TEXT NOT NULL CHECK (
        format = 'english' OR format = 'sealed_first_price' OR format = 'vickrey'
        OR format = 'live'),
    currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    exponent INTEGER NOT NULL CHECK (exponent BETWEEN 0 AND 4),
    start INTEGER NOT NULL CHECK (start BETWEEN 1 AND 9007199254740991),
    -- Secret, as the reserve below.
    opening_reserve INTEGER CHECK (opening_reserve BETWEEN 1 AND 9007199254740991),
    buy_now INTEGER CHECK (buy_now BETWEEN start AND 9007199254740991),
    buy_now_availability TEXT CHECK (buy_now_availability IN ('until_first_bid', 'always')),
    increments TEXT NOT NULL CHECK (json_valid(increments)), -- [[from, step], …]
    opens_at INTEGER NOT NULL,
    closes_at INTEGER CHECK (closes_at > opens_at),
    soft_close TEXT CHECK (soft_close IS NULL OR json_valid(soft_close)),
    resume_min INTEGER NOT NULL CHECK (resume_min >= 0),
    seller TEXT,
    related_parties TEXT NOT NULL CHECK (json_valid(related_parties)), -- ["id", …]
    confirm_above_factor INTEGER CHECK (confirm_above_factor >= 1),
    ladder_only INTEGER NOT NULL CHECK (ladder_only IN (0, 1)),
    completes_increment_on_raise INTEGER NOT NULL CHECK (completes_increment_on_raise IN (0, 1)),
    retraction TEXT NOT NULL CHECK (retraction IN ('never', 'ebay')),
    shows_sealed_bid_count INTEGER NOT NULL CHECK (shows_sealed_bid_count IN (0, 1)),
    -- The live room: who has it when the room bids as much as an absentee bid goes to, and whether
    -- that goes one step further.
    tie TEXT NOT NULL CHECK (tie IN ('earliest_wins', 'live_wins', 'absentee_wins')),
    plus_one INTEGER NOT NULL CHECK (plus_one IN (0, 1)),

    CHECK ((buy_now IS NULL) = (buy_now_availability IS NULL))
) STRICT;

-- Where each lot stands, but for what bids change. What needs its terms or its bids is a rule of
-- integrity_faults.
CREATE TABLE standing (
    lot INTEGER PRIMARY KEY REFERENCES lot (number),
    status TEXT NOT NULL CHECK (
        status = 'open' OR status = 'scheduled' OR status = 'paused' OR status = 'closed'
        OR status = 'cancelled' OR status = 'on_block' OR status = 'fair_warning'),
    starts_at INTEGER NOT NULL,
    -- NULL while paused, and for a lot that only an administrator closes.
    ends_at INTEGER,
    remaining INTEGER CHECK (remaining IS NULL OR status = 'paused'),
    extensions INTEGER NOT NULL CHECK (extensions >= 0),
    extensions_by_bids INTEGER NOT NULL CHECK (extensions_by_bids BETWEEN 0 AND extensions),
    reserve INTEGER CHECK (reserve BETWEEN 1 AND 9007199254740991), -- secret
    outcome TEXT CHECK (outcome = 'sold' OR outcome = 'no_bids' OR outcome = 'reserve_not_met'
        OR outcome = 'passed'),
    winner TEXT,
    hammer_price INTEGER,
    close_cause TEXT CHECK (
        close_cause = 'time' OR close_cause = 'bought' OR close_cause = 'hammer'),
    ended_at INTEGER, -- closed or cancelled
    -- Of live-room lots: what the auctioneer asks for, while the lot is on the block; the number of the
    -- ask; and the fair warnings since the last bid.
    ask INTEGER CHECK (ask IS NULL OR status = 'on_block' OR status = 'fair_warning' OR status = 'paused'),
    ask_seq INTEGER CHECK (ask_seq >= 0),
    fair_warnings INTEGER CHECK (fair_warnings BETWEEN 0 AND 2),

    CHECK (status <> 'paused' OR ends_at IS NULL),
    CHECK (status <> 'on_block' OR (ask IS NOT NULL AND fair_warnings = 0)),
    CHECK (status <> 'fair_warning' OR (ask IS NOT NULL AND fair_warnings > 0)),
    CHECK ((ask_seq IS NULL) = (fair_warnings IS NULL)),
    CHECK ((status IN ('closed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK ((status = 'closed') = (outcome IS NOT NULL)),
    CHECK ((status = 'closed') = (close_cause IS NOT NULL)),
    CHECK ((outcome IS 'sold') = (winner IS NOT NULL)),
    CHECK ((winner IS NULL) = (hammer_price IS NULL)),
    -- A lot that is closed by the clock is not closed before its end.
    CHECK (close_cause <> 'time' OR ended_at >= ends_at)
) STRICT;

-- What bids change of that: a small row at a small key, always written as a whole, without a look at what
-- was there. A foreign key would have SQLite take the old row out first: integrity_faults has its rule.
CREATE TABLE bidding (
    lot INTEGER PRIMARY KEY, -- its number
    seq INTEGER NOT NULL,
    price INTEGER,
    leader TEXT,
    leader_alias INTEGER,
    leader_max INTEGER, -- secret
    reserve_met INTEGER NOT NULL,
    minimum INTEGER, -- NULL: it has ended
    bids INTEGER NOT NULL, -- as everybody may see it
    -- In one, as in event.
    CHECK (
        seq >= 0 AND bids >= 0 AND reserve_met >= 0 AND reserve_met <= 1
        AND (price IS NULL) = (leader IS NULL) AND (leader IS NULL) = (leader_alias IS NULL)
        AND (price IS NULL OR price <= leader_max AND (minimum IS NULL OR minimum > price))
    )
) STRICT;

-- A lot's terms and its state in one row.
CREATE VIEW auction AS
SELECT
    l.*, s.status, b.seq, s.starts_at, s.ends_at, s.remaining, s.extensions, s.extensions_by_bids,
    s.reserve, b.price, b.leader, b.leader_alias, b.leader_max, b.reserve_met, b.minimum, b.bids, s.outcome,
    s.winner, s.hammer_price, s.close_cause, s.ended_at, s.ask, s.ask_seq, s.fair_warnings
FROM lot l JOIN standing s ON s.lot = l.number JOIN bidding b ON b.lot = l.number;

-- A sale's lots are few among many.
CREATE INDEX lot_of_sale ON lot (sale) WHERE sale IS NOT NULL;
