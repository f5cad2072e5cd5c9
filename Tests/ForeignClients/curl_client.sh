#!/usr/bin/env bash
# curl: what is no stream, over HTTP.
set -euo pipefail

call() { curl --silent --show-error --max-time 60 --write-out '\n%{http_code}\n' "$@"; }
own() { call --header "Authorization: Bearer $TOKEN" "$@"; }
rival() { call --header "Authorization: Bearer $RIVAL_TOKEN" "$@"; }
lots=$HOUSE/v1/auctions

# expect TEXT ANSWER...: each text is in the answer, its status among them.
expect() {
    local answer=$1
    shift
    for text in "$@"; do
        if [[ $answer != *"$text"* ]]; then
            echo "  \"$text\" is not in: $answer" >&2
            exit 1
        fi
    done
}

expect "$(call "$HOUSE/healthz")" '"status":"ok"' $'\n200'
expect "$(call "$HOUSE/readyz")" '"status":"ready"' $'\n200'
expect "$(call "$lots?limit=200")" "\"auction\":\"$LOT\"" $'\n200'
expect "$(call "$lots/$LOT")" '"seq":1' '"price":null' '"status":"open"' $'\n200'
expect "$(call "$lots/nothing")" '"code":"unknown_auction"' $'\n404'
echo "  listed and looked"

expect "$(call --data '{"id":"b1","amount":2000}' "$lots/$LOT/bids")" unauthenticated $'\n401'
first=$(own --data '{"id":"b1","amount":2000}' "$lots/$LOT/bids")
expect "$first" '"type":"bid_accepted"' '"leading":true' '"price":1000' $'\n200'
again=$(own --data '{"id":"b1","amount":2000}' "$lots/$LOT/bids")
[ "$first" = "$again" ] || { echo "  a repeated bid got another answer: $again" >&2; exit 1; }
expect "$(own --data '{"id":"b1","amount":3000}' "$lots/$LOT/bids")" idempotency_conflict $'\n409'
expect "$(own --data '{"id":"b2","amount":"20"}' "$lots/$LOT/bids")" invalid_amount $'\n422'
echo "  bid, and the same bid again"

# A stream of events, cut off and resumed.
follow() { exec {events}< <(curl --silent --no-buffer --max-time 120 "$@"); follower=$!; }
# event TYPE: the next event but for heartbeats must be one; sets id and data.
event() {
    local line
    id='' data=''
    while IFS= read -r -t 60 -u "$events" line; do
        line=${line%$'\r'}
        case $line in
            "id: "*) id=${line#id: } ;;
            "data: "*) data=${line#data: } ;;
            "")
                case $data in
                    *"\"type\":\"$1\""*) return 0 ;;
                    "" | *'"type":"heartbeat"'* | *'"type":"welcome"'*) id='' data='' ;;
                    *) echo "  not $1: $data" >&2 && exit 1 ;;
                esac
                ;;
        esac
    done
    echo "  the stream ended before $1" >&2
    exit 1
}

follow "$lots/$LOT/events?feed=full"
event snapshot
expect "$data" '"seq":2'
expect "$(rival --data '{"id":"r1","amount":5000}' "$lots/$LOT/bids")" '"leading":true' $'\n200'
event price
expect "$data" '"seq":3'
seen=$id
kill "$follower"
for number in 0 1; do
    expect "$(own --data "{\"id\":\"h$number\",\"amount\":$((2500 + number * 500))}" \
        "$lots/$LOT/bids")" '"leading":false' $'\n200'
done
follow --header "Last-Event-ID: $seen" "$lots/$LOT/events?feed=full"
event price
expect "$data" '"seq":4'
event price
expect "$data" '"seq":5'
kill "$follower"
echo "  followed a stream of events, and resumed it"

# A long poll: what is news is told at once, what is not when it comes, or not at all.
expect "$(own "$lots/$LOT?after=4&wait=30")" '"seq":5' '"your_max":3000' $'\n200'
exec {poll}< <(call "$lots/$LOT?after=5&wait=30")
expect "$(own --data '{"id":"h2","amount":3500}' "$lots/$LOT/bids")" '"leading":false' $'\n200'
expect "$(cat <&"$poll")" '"seq":6' $'\n200'
expect "$(call "$lots/$LOT?after=6&wait=1")" $'304'
echo "  polled"

expect "$(own --data '{"id":"b3","amount":2050}' "$lots/$LOT/bids")" too_low '"minimum":' $'\n409'
history=$(call "$lots/$LOT/bids")
expect "$history" 'Bidder 1' 'Bidder 2' $'\n200'
[[ $history != *"$BIDDER"* ]] || { echo "  the history names a bidder: $history" >&2; exit 1; }
echo "  was outbid"

"$GAVEL" auction close "$LOT" --database "$DATABASE" >/dev/null
expect "$(call "$lots/$LOT")" '"status":"closed"' '"outcome":"sold"' $'\n200'
expect "$(own --data '{"id":"b4","amount":90000}' "$lots/$LOT/bids")" '"code":"closed"' $'\n409'
echo "  saw the lot sold"
