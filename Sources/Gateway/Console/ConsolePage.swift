import NIOCore
import NIOHTTP1

/// The auctioneer's console: a page of files that are part of the program, like the bidding page.
///
/// It holds nothing that anybody may not see: what it shows it asks for with an administrator's token.
enum ConsolePage {
    private static let files: [(path: String, type: String, bytes: [UInt8])] = [
        ("/console", Page.document, PackageResources.console_html),
        ("/console/console.css", Page.styleSheet, PackageResources.console_css),
        ("/console/console.js", Page.javaScript, PackageResources.console_js),
        ("/console/actions.js", Page.javaScript, PackageResources.actions_js),
        ("/console/block.js", Page.javaScript, PackageResources.block_js),
        ("/console/desk.js", Page.javaScript, PackageResources.desk_js),
        ("/console/forms.js", Page.javaScript, PackageResources.forms_js),
        ("/console/hold.js", Page.javaScript, PackageResources.hold_js),
        ("/console/office.js", Page.javaScript, PackageResources.office_js),
        ("/console/order.js", Page.javaScript, PackageResources.order_js),
        ("/console/saleroom.js", Page.javaScript, PackageResources.saleroom_js),
        ("/console/stream.js", Page.javaScript, PackageResources.stream_js),
        ("/console/tape.js", Page.javaScript, PackageResources.tape_js),
        ("/console/verdicts.js", Page.javaScript, PackageResources.verdicts_js),
    ]

    static var routes: [Route] { files.map { Page.route($0.path, $0.type, $0.bytes) } }
}
