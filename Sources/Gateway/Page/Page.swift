import NIOHTTP1

/// The bidding page: a few files that are part of the program, so that they always fit it.
///
/// It is a client like any other and knows only the protocol. Its policy allows nothing but these
/// files and their connection back here: no inline script or style, no frame, no foreign address.
enum Page {
    private static let files: [(path: String, type: String, bytes: [UInt8])] = [
        ("/", document, PackageResources.index_html),
        ("/page/announce.js", javaScript, PackageResources.announce_js),
        ("/page/backoff.js", javaScript, PackageResources.backoff_js),
        ("/page/bidform.js", javaScript, PackageResources.bidform_js),
        ("/page/bids.js", javaScript, PackageResources.bids_js),
        ("/page/board.css", styleSheet, PackageResources.board_css),
        ("/page/board.js", javaScript, PackageResources.board_js),
        ("/page/card.js", javaScript, PackageResources.card_js),
        ("/page/catalogue.js", javaScript, PackageResources.catalogue_js),
        ("/page/chart.js", javaScript, PackageResources.chart_js),
        ("/page/clock.js", javaScript, PackageResources.clock_js),
        ("/page/counts.js", javaScript, PackageResources.counts_js),
        ("/page/dialogs.js", javaScript, PackageResources.dialogs_js),
        ("/page/elements.css", styleSheet, PackageResources.elements_css),
        ("/page/english.js", javaScript, PackageResources.english_js),
        ("/page/german.js", javaScript, PackageResources.german_js),
        ("/page/history.js", javaScript, PackageResources.history_js),
        ("/page/icon.svg", image, PackageResources.icon_svg),
        ("/page/language.js", javaScript, PackageResources.language_js),
        ("/page/lot.css", styleSheet, PackageResources.lot_css),
        ("/page/lot.js", javaScript, PackageResources.lot_js),
        ("/page/lots.js", javaScript, PackageResources.lots_js),
        ("/page/money.js", javaScript, PackageResources.money_js),
        ("/page/news.js", javaScript, PackageResources.news_js),
        ("/page/page.js", javaScript, PackageResources.page_js),
        ("/page/protocol.js", javaScript, PackageResources.protocol_js),
        ("/page/refusals.js", javaScript, PackageResources.refusals_js),
        ("/page/router.js", javaScript, PackageResources.router_js),
        ("/page/standing.js", javaScript, PackageResources.standing_js),
        ("/page/steps.js", javaScript, PackageResources.steps_js),
        ("/page/texts.js", javaScript, PackageResources.texts_js),
        ("/page/time.js", javaScript, PackageResources.time_js),
        ("/page/tokens.css", styleSheet, PackageResources.tokens_css),
        ("/page/view.js", javaScript, PackageResources.view_js),
        ("/page/watches.js", javaScript, PackageResources.watches_js),
    ]

    static let document = "text/html; charset=utf-8"
    static let javaScript = "text/javascript; charset=utf-8"
    static let styleSheet = "text/css; charset=utf-8"
    private static let image = "image/svg+xml"

    private static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
        img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    static var routes: [Route] { files.map { route($0.path, $0.type, $0.bytes) } }

    /// Serves a file of a page, with the policy that all of them have.
    static func route(_ path: String, _ type: String, _ bytes: [UInt8]) -> Route {
        .file(
            path, type, bytes,
            headers: [
                "Content-Security-Policy": contentSecurityPolicy,
                "Cross-Origin-Resource-Policy": "same-origin",
                "Referrer-Policy": "no-referrer",
            ])
    }
}
