// What a browser is given, as it stands in its files. In C, which can take a file in as it is: as a resource of
// SwiftPM's each byte becomes an element of an array literal, and the compiler took half a minute for them.
#include "pages.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const struct page_file bidding_files[] = {
    {"announce.js", (const char[]){
#embed "../Gateway/Page/announce.js" suffix(, 0)
    }},
    {"backoff.js", (const char[]){
#embed "../Gateway/Page/backoff.js" suffix(, 0)
    }},
    {"bidform.js", (const char[]){
#embed "../Gateway/Page/bidform.js" suffix(, 0)
    }},
    {"bids.js", (const char[]){
#embed "../Gateway/Page/bids.js" suffix(, 0)
    }},
    {"board.css", (const char[]){
#embed "../Gateway/Page/board.css" suffix(, 0)
    }},
    {"board.js", (const char[]){
#embed "../Gateway/Page/board.js" suffix(, 0)
    }},
    {"card.js", (const char[]){
#embed "../Gateway/Page/card.js" suffix(, 0)
    }},
    {"catalogue.js", (const char[]){
#embed "../Gateway/Page/catalogue.js" suffix(, 0)
    }},
    {"chart.js", (const char[]){
#embed "../Gateway/Page/chart.js" suffix(, 0)
    }},
    {"clock.js", (const char[]){
#embed "../Gateway/Page/clock.js" suffix(, 0)
    }},
    {"counts.js", (const char[]){
#embed "../Gateway/Page/counts.js" suffix(, 0)
    }},
    {"dialogs.js", (const char[]){
#embed "../Gateway/Page/dialogs.js" suffix(, 0)
    }},
    {"elements.css", (const char[]){
#embed "../Gateway/Page/elements.css" suffix(, 0)
    }},
    {"english.js", (const char[]){
#embed "../Gateway/Page/english.js" suffix(, 0)
    }},
    {"german.js", (const char[]){
#embed "../Gateway/Page/german.js" suffix(, 0)
    }},
    {"history.js", (const char[]){
#embed "../Gateway/Page/history.js" suffix(, 0)
    }},
    {"icon.svg", (const char[]){
#embed "../Gateway/Page/icon.svg" suffix(, 0)
    }},
    {"index.html", (const char[]){
#embed "../Gateway/Page/index.html" suffix(, 0)
    }},
    {"language.js", (const char[]){
#embed "../Gateway/Page/language.js" suffix(, 0)
    }},
    {"lot.css", (const char[]){
#embed "../Gateway/Page/lot.css" suffix(, 0)
    }},
    {"lot.js", (const char[]){
#embed "../Gateway/Page/lot.js" suffix(, 0)
    }},
    {"lots.js", (const char[]){
#embed "../Gateway/Page/lots.js" suffix(, 0)
    }},
    {"money.js", (const char[]){
#embed "../Gateway/Page/money.js" suffix(, 0)
    }},
    {"news.js", (const char[]){
#embed "../Gateway/Page/news.js" suffix(, 0)
    }},
    {"page.js", (const char[]){
#embed "../Gateway/Page/page.js" suffix(, 0)
    }},
    {"protocol.js", (const char[]){
#embed "../Gateway/Page/protocol.js" suffix(, 0)
    }},
    {"refusals.js", (const char[]){
#embed "../Gateway/Page/refusals.js" suffix(, 0)
    }},
    {"router.js", (const char[]){
#embed "../Gateway/Page/router.js" suffix(, 0)
    }},
    {"standing.js", (const char[]){
#embed "../Gateway/Page/standing.js" suffix(, 0)
    }},
    {"steps.js", (const char[]){
#embed "../Gateway/Page/steps.js" suffix(, 0)
    }},
    {"texts.js", (const char[]){
#embed "../Gateway/Page/texts.js" suffix(, 0)
    }},
    {"time.js", (const char[]){
#embed "../Gateway/Page/time.js" suffix(, 0)
    }},
    {"tokens.css", (const char[]){
#embed "../Gateway/Page/tokens.css" suffix(, 0)
    }},
    {"view.js", (const char[]){
#embed "../Gateway/Page/view.js" suffix(, 0)
    }},
    {"watches.js", (const char[]){
#embed "../Gateway/Page/watches.js" suffix(, 0)
    }},
    {0, 0},
};

static const struct page_file console_files[] = {
    {"actions.js", (const char[]){
#embed "../Gateway/Console/actions.js" suffix(, 0)
    }},
    {"block.js", (const char[]){
#embed "../Gateway/Console/block.js" suffix(, 0)
    }},
    {"console.css", (const char[]){
#embed "../Gateway/Console/console.css" suffix(, 0)
    }},
    {"console.html", (const char[]){
#embed "../Gateway/Console/console.html" suffix(, 0)
    }},
    {"console.js", (const char[]){
#embed "../Gateway/Console/console.js" suffix(, 0)
    }},
    {"desk.js", (const char[]){
#embed "../Gateway/Console/desk.js" suffix(, 0)
    }},
    {"forms.js", (const char[]){
#embed "../Gateway/Console/forms.js" suffix(, 0)
    }},
    {"hold.js", (const char[]){
#embed "../Gateway/Console/hold.js" suffix(, 0)
    }},
    {"office.js", (const char[]){
#embed "../Gateway/Console/office.js" suffix(, 0)
    }},
    {"order.js", (const char[]){
#embed "../Gateway/Console/order.js" suffix(, 0)
    }},
    {"saleroom.js", (const char[]){
#embed "../Gateway/Console/saleroom.js" suffix(, 0)
    }},
    {"stream.js", (const char[]){
#embed "../Gateway/Console/stream.js" suffix(, 0)
    }},
    {"tape.js", (const char[]){
#embed "../Gateway/Console/tape.js" suffix(, 0)
    }},
    {"verdicts.js", (const char[]){
#embed "../Gateway/Console/verdicts.js" suffix(, 0)
    }},
    {0, 0},
};

const struct page_file *pages_bidding(void) { return bidding_files; }

const struct page_file *pages_console(void) { return console_files; }
