-- The log in words, without anything secret. The payloads themselves: secret_event_log.
CREATE VIEW event_log AS
SELECT
    e.position,
    strftime('%Y-%m-%dT%H:%M:%fZ', e.at / 1000.0, 'unixepoch') AS at,
    e.auction, e.seq, e.kind,
    CASE e.kind
        WHEN 'auction_created' THEN json_extract(e.payload, '$.title')
        WHEN 'bid_accepted' THEN CASE
            WHEN json_extract(e.payload, '$.standing.price') IS NULL THEN 'private'
            ELSE (e.public_payload ->> '$.bidder') || ' bids; '
                || (e.public_payload ->> '$.leader') || ' leads at ' || price || ' ' || currency END
        WHEN 'bid_refused' THEN json_extract(e.payload, '$.code')
        WHEN 'bids_voided' THEN json_array_length(e.payload, '$.ordinals') || ' voided'
            || coalesce('; ' || (e.public_payload ->> '$.leader') || ' leads at ' || price || ' ' || currency,
                '')
        WHEN 'reserve_lowered' THEN
            CASE json_extract(e.payload, '$.met') WHEN 1 THEN 'and met' ELSE 'not met' END
        WHEN 'auction_extended' THEN json_extract(e.payload, '$.cause') || ' until ' || ends_at
        WHEN 'auction_paused' THEN json_extract(e.payload, '$.reason')
        WHEN 'auction_resumed' THEN 'until ' || ends_at
        WHEN 'auction_closed' THEN json_extract(e.payload, '$.outcome')
            || coalesce(' to ' || (e.public_payload ->> '$.winner') || ' at ' || hammer || ' ' || currency, '')
            || ' (' || json_extract(e.payload, '$.cause') || ')'
        WHEN 'auction_cancelled' THEN json_extract(e.payload, '$.reason')
        WHEN 'auction_announced' THEN json_extract(e.payload, '$.text')
        WHEN 'ask_set' THEN 'asks for ' || ask || ' ' || currency
            || coalesce('; ' || (e.public_payload ->> '$.leader') || ' leads at ' || price || ' ' || currency,
                '')
        WHEN 'auction_reopened' THEN json_extract(e.payload, '$.reason')
        WHEN 'sale_created' THEN json_extract(e.payload, '$.title')
        WHEN 'signing_key_added' THEN json_extract(e.payload, '$.public_key')
    END AS summary
FROM (
    SELECT
        event.*, a.currency,
        (json_extract(payload, '$.standing.price') / scale) || CASE exponent WHEN 0 THEN ''
            ELSE printf('.%0*d', exponent, json_extract(payload, '$.standing.price') % scale) END
            AS price,
        (json_extract(payload, '$.price') / scale) || CASE exponent WHEN 0 THEN ''
            ELSE printf('.%0*d', exponent, json_extract(payload, '$.price') % scale) END AS hammer,
        (json_extract(payload, '$.ask') / scale) || CASE exponent WHEN 0 THEN ''
            ELSE printf('.%0*d', exponent, json_extract(payload, '$.ask') % scale) END AS ask,
        strftime('%Y-%m-%dT%H:%M:%fZ', json_extract(payload, '$.ends_at') / 1000.0, 'unixepoch')
            AS ends_at
    FROM event
    LEFT JOIN auction a ON a.id = event.auction
    LEFT JOIN unit USING (exponent)
) e;
