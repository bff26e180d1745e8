/// What a development identity provider is told at its start.
package struct DevIdentityOptions: Sendable {
    /// The address to listen on.
    package var host: String
    /// 0 takes a free one.
    package var port: Int
    /// Where the server that takes its tokens is reached, without a slash at the end: tokens are for it and for its `/mcp`.
    package var server: String
    /// Who is signed in, unless somebody says otherwise.
    package var user: String

    package init(host: String = "127.0.0.1", port: Int = 0, server: String = "http://127.0.0.1:8080", user: String = "alice") {
        self.host = host
        self.port = port
        self.server = server
        self.user = user
    }

    /// The key that its WorkOS API takes at first.
    package static let workOSKey = "sk_dev_workos"
}
