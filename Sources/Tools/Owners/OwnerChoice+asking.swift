import JSON
import MCP
import ToolBridge

extension OwnerChoice {
    /// What came of asking.
    enum Outcome {
        case items(OwnedItems)
        /// The call's result, for nothing was done.
        case refused(ToolResult)
    }

    /// A list that is longer can't be shown to people.
    private static var askedOptions: Int { 100 }
    private static var namedOptions: Int { 20 }

    /// Asks the user, if the client can be asked.
    ///
    /// An answer needn't be proved to follow a question: whoever makes one up could as well send the tenant's header, and no choice opens
    /// what membership doesn't.
    func outcome<Caller>(_ context: RequestContext<Caller>) async throws -> Outcome {
        guard options.count <= Self.askedOptions, context.canAsk(question) else { return .refused(demand("nothing was done")) }
        switch try await context.ask(question) {
        case .accepted(let chosen): return .items(try choose(chosen))
        case .declined: return .refused(demand("nothing was done, the user made no choice"))
        case .cancelled: return .refused(demand("nothing was done, the user didn't answer the question"))
        }
    }

    /// For those who can't be answered by a tool's result.
    var error: MCPError { .internalFailure("\(fact) \(advice)") }

    private var question: Question<FormAnswer<String>> {
        var shown = Set<[UInt8]>()
        let choices = options.map { option in
            let name = Self.shown(option)
            // Where two have one name the id tells them apart.
            return FormChoice(option.id, title: shown.insert(Array(name.utf8)).inserted ? name : "\(name) (\(option.id))")
        }
        return .form(
            "organization",
            "You belong to several organizations. In which one do you want to work?",
            .choice("organization", title: "Organization", of: choices)
        )
    }

    private func demand(_ outcome: String) -> ToolResult {
        var writer = JSONWriter(reserving: 256)
        writer.object { writer in
            writer.member("code", "tenant_required")
            writer.member("status", 401)
            writer.key("organizations")
            writer.array { writer in
                for option in options.prefix(Self.namedOptions) {
                    writer.object { writer in
                        writer.member("id", option.id)
                        writer.member("name", option.name)
                    }
                }
            }
        }
        return .failure("\(outcome): \(fact)\n\(DisplayText.json(writer.bytes))\nNext: \(advice)", code: "tenant_required")
    }

    private var fact: String {
        let names = options.prefix(Self.namedOptions).map { "\(DisplayText.quoted(Self.shown($0))) (\($0.id))" }.joined(separator: ", ")
        let more = options.count > Self.namedOptions ? " and \(options.count - Self.namedOptions) more" : ""
        return "the user belongs to \(options.count) organizations, and nothing says in which one to work: \(names)\(more)."
    }

    private var advice: String {
        "ask the user which one; it is chosen by the header X-TB-Tenant-ID with its id, in the configuration of this MCP client."
    }

    private static func shown(_ option: Option) -> String {
        DisplayText.line(option.name, bytes: 100).unclickable
    }
}

extension OwnerChoice {
    /// The items, or an error that says how to choose one, where nobody is asked.
    static func items<Caller: Sendable>(of caller: Caller, _ itemsOf: @Sendable (Caller) async throws -> OwnedItems) async throws
        -> OwnedItems
    {
        do {
            return try await itemsOf(caller)
        } catch let choice as OwnerChoice {
            throw choice.error
        }
    }
}
