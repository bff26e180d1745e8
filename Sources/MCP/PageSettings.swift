import JSON

/// What a page asks of the host that shows it: `contents[]._meta.ui` (UI4).
///
/// By default nothing: one file that holds all it needs and reaches no other host.
public struct PageSettings: Sendable, Equatable {
    /// What a page may use of the machine, if the host allows it.
    public enum Permission: String, Sendable, CaseIterable {
        case camera, microphone, geolocation, clipboardWrite
    }

    /// Where the page may connect to: origins.
    public var connectDomains: [String]
    /// Where its scripts, styles, images and fonts may come from: origins.
    public var resourceDomains: [String]
    /// What it may frame: origins.
    public var frameDomains: [String]
    /// What its base address may be: origins.
    public var baseURIDomains: [String]
    public var permissions: Set<Permission>
    /// The origin that the host shall give the page, in the host's own form.
    public var domain: String?
    public var prefersBorder: Bool

    public init(
        connectDomains: [String] = [],
        resourceDomains: [String] = [],
        frameDomains: [String] = [],
        baseURIDomains: [String] = [],
        permissions: Set<Permission> = [],
        domain: String? = nil,
        prefersBorder: Bool = true
    ) {
        self.connectDomains = connectDomains
        self.resourceDomains = resourceDomains
        self.frameDomains = frameDomains
        self.baseURIDomains = baseURIDomains
        self.permissions = permissions
        self.domain = domain
        self.prefersBorder = prefersBorder
    }

    /// Writes the value of `_meta.ui`.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("csp")
            writer.object { writer in
                writer.member("connectDomains", strings: connectDomains)
                writer.member("resourceDomains", strings: resourceDomains)
                writer.member("frameDomains", strings: frameDomains)
                writer.member("baseUriDomains", strings: baseURIDomains)
            }
            if !permissions.isEmpty {
                writer.key("permissions")
                writer.object { writer in
                    for one in Permission.allCases where permissions.contains(one) {
                        writer.key(escaping: one.rawValue)
                        writer.object { _ in }
                    }
                }
            }
            if let domain { writer.member("domain", domain) }
            writer.member("prefersBorder", prefersBorder)
        }
    }
}
