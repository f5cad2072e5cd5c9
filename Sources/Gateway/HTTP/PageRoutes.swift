import CPages
import NIOHTTP1

/// The bidding page and the auctioneer's console: a few files that are part of the program, so that they always
/// fit it.
///
/// They are clients like any other and know only the protocol. The console holds nothing that anybody may not see:
/// what it shows it asks for with an administrator's token. Their policy allows nothing but these files and their
/// connection back here: no inline script or style, no frame, no foreign address.
enum PageRoutes {
    static var routes: [Route] {
        files(pages_bidding(), in: "/page/", first: ("index.html", at: "/"))
            + files(pages_console(), in: "/console/", first: ("console.html", at: "/console"))
    }

    private static let types = [
        "html": "text/html; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml",
    ]

    private static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
        img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    /// Serves a page's files by their names.
    ///
    /// - Parameters:
    ///   - file: the first of them; after the last one comes one without a name.
    ///   - first: the one that a browser comes to, which has an address of its own.
    private static func files(
        _ file: UnsafePointer<page_file>?, in folder: String, first: (name: String, at: String)
    ) -> [Route] {
        var routes: [Route] = []
        var next = file
        while let file = next?.pointee, let start = file.name {
            let name = String(cString: start)
            routes.append(
                route(name == first.name ? first.at : folder + name, named: name, file.text))
            next = next?.successor()
        }
        return routes
    }

    private static func route(
        _ path: String, named name: String, _ text: UnsafePointer<CChar>
    ) -> Route {
        guard let type = name.split(separator: ".").last.flatMap({ types[String($0)] }) else {
            preconditionFailure("A page's file is of a type that browsers are told")
        }
        return .file(
            path, type, Array(String(cString: text).utf8),
            headers: [
                "Content-Security-Policy": contentSecurityPolicy,
                "Cross-Origin-Resource-Policy": "same-origin",
                "Referrer-Policy": "no-referrer",
            ])
    }
}
