import AsyncHTTPClient
import NIOCore
import NIOPosix

/// Which step of an attempt to reach a server failed.
enum ProbeFault: Error, Sendable, Equatable {
    /// The address isn't one.
    case address
    /// Nobody knows the name.
    case name
    /// Nobody accepts connections there.
    case connection
    /// The certificate or the handshake.
    case tls(String)
    case timeout
    /// The connection ended, or what came wasn't HTTP.
    case http(String)

    init(_ error: any Error) {
        if let error = error as? NIOConnectionError {
            self = error.connectionErrors.isEmpty && (error.dnsAError != nil || error.dnsAAAAError != nil) ? .name : .connection
            return
        }
        switch error as? HTTPClientError {
        case .invalidURL?, .emptyHost?, .emptyScheme?, .missingSocketPath?: self = .address
        case .connectTimeout?, .deadlineExceeded?, .readTimeout?, .getConnectionFromPoolTimeout?: self = .timeout
        case .remoteConnectionClosed?: self = .http("the connection was closed before an answer")
        default:
            let text = "\(error)"
            if text.contains("SSL") || text.contains("certificate") || text.contains("handshake") {
                self = .tls(String(text.prefix(200)))
            } else if error is IOError {
                self = .connection
            } else {
                self = .http(String(text.prefix(200)))
            }
        }
    }

    /// What happened, for people.
    var text: String {
        switch self {
        case .address: "this isn't an address of the web"
        case .name: "DNS: the name isn't known"
        case .connection: "TCP: nobody accepts connections there"
        case .tls(let text): "TLS: \(text)"
        case .timeout: "no answer in time (TCP or HTTP)"
        case .http(let text): "HTTP: \(text)"
        }
    }

    /// What to look at.
    var fix: String {
        switch self {
        case .address: "write it as https://host or https://host:port"
        case .name: "check the name and its DNS record"
        case .connection:
            "is the program running, does it listen on that address (HTTP_ADDR, TOOLBRIDGE_HOST), is a firewall or an address filter between?"
        case .tls: "renew or replace the certificate of that host; the name in it must be the host's"
        case .timeout: "an address filter that drops packets looks like this: allow this machine's address, or look at the server's load"
        case .http: "something other than ToolBridge answers at that address: check the port and the proxy before it"
        }
    }
}
