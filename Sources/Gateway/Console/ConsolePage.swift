import NIOCore
import NIOHTTP1

/// The auctioneer's console: a page of files that are part of the program, like the bidding page.
///
/// It holds nothing that anybody may not see: what it shows it asks for with an administrator's token.
enum ConsolePage {
    private static let files: [(path: String, type: String, bytes: [UInt8])] = [
        ("/console", "text/html; charset=utf-8", PackageResources.console_html),
        ("/console/console.css", "text/css; charset=utf-8", PackageResources.console_css),
        ("/console/console.js", javaScript, PackageResources.console_js),
        ("/console/actions.js", javaScript, PackageResources.actions_js),
        ("/console/block.js", javaScript, PackageResources.block_js),
        ("/console/desk.js", javaScript, PackageResources.desk_js),
        ("/console/forms.js", javaScript, PackageResources.forms_js),
        ("/console/hold.js", javaScript, PackageResources.hold_js),
        ("/console/office.js", javaScript, PackageResources.office_js),
        ("/console/order.js", javaScript, PackageResources.order_js),
        ("/console/saleroom.js", javaScript, PackageResources.saleroom_js),
        ("/console/stream.js", javaScript, PackageResources.stream_js),
        ("/console/tape.js", javaScript, PackageResources.tape_js),
        ("/console/verdicts.js", javaScript, PackageResources.verdicts_js),
    ]

    private static let javaScript = "text/javascript; charset=utf-8"

    static var routes: [Route] { files.map { Page.route($0.path, $0.type, $0.bytes) } }
}
