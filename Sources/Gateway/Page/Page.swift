import NIOCore
import NIOHTTP1

/// The bidding page: a few files that are part of the program, so that they always fit it.
///
/// It is a client like any other and knows only the protocol. Its policy allows nothing but these
/// files and their connection back here: no inline script or style, no frame, no foreign address.
enum Page {
    private static let files: [(path: String, type: String, bytes: [UInt8])] = [
        ("/", "text/html; charset=utf-8", PackageResources.index_html),
        ("/page/gavel.css", "text/css; charset=utf-8", PackageResources.gavel_css),
        ("/page/page.js", javaScript, PackageResources.page_js),
        ("/page/protocol.js", javaScript, PackageResources.protocol_js),
        ("/page/lots.js", javaScript, PackageResources.lots_js),
        ("/page/bids.js", javaScript, PackageResources.bids_js),
        ("/page/list.js", javaScript, PackageResources.list_js),
        ("/page/lot.js", javaScript, PackageResources.lot_js),
        ("/page/view.js", javaScript, PackageResources.view_js),
        ("/page/money.js", javaScript, PackageResources.money_js),
    ]

    private static let javaScript = "text/javascript; charset=utf-8"

    private static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
        img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    static var routes: [Route] {
        files.map { file in
            // Checked again each time: a page of another version would speak past the server.
            let response = HTTPResponse(
                type: file.type,
                headers: [
                    "Cache-Control": "no-cache",
                    "Content-Security-Policy": contentSecurityPolicy,
                    "Cross-Origin-Resource-Policy": "same-origin",
                    "Referrer-Policy": "no-referrer",
                ],
                body: ByteBuffer(bytes: file.bytes))
            return Route(.GET, file.path) { (_, _) throws(HTTPFailure) in response }
        }
    }
}
