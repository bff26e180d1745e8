public import JSON

/// A tool: one declaration gives the schema that clients see, the checks of what they send, and typed arguments.
///
/// ```swift
/// Tool("add", title: "Add", "Adds two numbers.", annotations: .reading, .integer("a", "One."), .integer("b", "Another.")) { _, a, b in
///     .text("\(a + b)")
/// }
/// ```
/// What breaks a rule of the protocol (T4, T5, J1–J3) is reported when the tool is put into a `ServerDefinition`.
public struct Tool<Caller: Sendable>: Sendable {
    /// 1 to 64 of `A-Za-z0-9_.-`, unique on its server (T4).
    public let name: String
    /// What people see in a list of tools; without one of its own, made of the name.
    public let title: String
    /// What the model reads.
    ///
    /// A constant; never text of a user (SEC9).
    public let description: String
    /// Hints for people about what a call may do (T12).
    public let annotations: ToolAnnotations
    /// Clients before 2025-11-25 don't get them (A1).
    public let icons: [Icon]
    /// The JSON Schema of the arguments, published byte for byte (J4).
    public let inputSchema: JSONValue
    /// The JSON Schema of structured results, if there are any.
    public let outputSchema: JSONValue?
    /// Whether a call may go on as a task.
    public let tasks: TaskSupport
    /// How it appears in hosts that show pages.
    public let ui: ToolUI?
    /// Members of `_meta`, each with a prefix of its own (B15); clients before 2025-06-18 don't get them.
    public let meta: JSONValue?

    /// Whether its arguments are held against its schema, because nothing else looks at them.
    let isCheckedBySchema: Bool
    /// Why the declaration can't be published; `ServerDefinition` throws it.
    let fault: String?
    let run: @Sendable (RequestContext<Caller>, JSONValue?) async throws -> ToolResult
    /// The same for work that never waits: then a call needs no task of its own.
    let runAtOnce: (@Sendable (RequestContext<Caller>, JSONValue?) throws -> ToolResult)?

    /// A tool whose arguments arrive checked and typed, in the order of its parameters.
    ///
    /// - Parameter output: The JSON Schema that structured results fit.
    /// - Parameter tasks: Whether a call may go on as a task, by `RequestContext.asTask`.
    /// - Parameter call: Does the work. An `ArgumentError` or a `ToolFailure` becomes a result that the model reads and can mend;
    ///   an `MCPError` goes out as it is; any other error is an internal error of which the client learns nothing.
    public init<each Argument: Sendable>(
        _ name: String,
        title: String? = nil,
        _ description: String,
        annotations: ToolAnnotations,
        icons: [Icon] = [],
        output: JSONValue? = nil,
        tasks: TaskSupport = .never,
        ui: ToolUI? = nil,
        meta: JSONValue? = nil,
        _ parameters: repeat Parameter<each Argument>,
        call: @escaping @Sendable (RequestContext<Caller>, repeat each Argument) async throws -> ToolResult
    ) {
        var declared = DeclaredParameters()
        for parameter in repeat each parameters {
            declared.append(parameter)
        }
        let (names, schema) = (declared.names, declared.schema())
        self.init(
            name,
            title,
            description,
            annotations,
            icons,
            schema,
            output,
            tasks,
            ui,
            meta,
            run: { context, arguments in
                if let arguments {
                    try names.refuseUnknown(in: arguments)
                }
                let values = (repeat try (each parameters).value(in: arguments))
                return try await call(context, repeat each values)
            }
        )
    }

    /// The same for work that never waits: the compiler takes it for closures without `await`, and calls cost less.
    ///
    /// Such work should be short: while it computes, other calls of its connection's thread wait.
    public init<each Argument: Sendable>(
        _ name: String,
        title: String? = nil,
        _ description: String,
        annotations: ToolAnnotations,
        icons: [Icon] = [],
        output: JSONValue? = nil,
        ui: ToolUI? = nil,
        meta: JSONValue? = nil,
        _ parameters: repeat Parameter<each Argument>,
        call: @escaping @Sendable (RequestContext<Caller>, repeat each Argument) throws -> ToolResult
    ) {
        var declared = DeclaredParameters()
        for parameter in repeat each parameters {
            declared.append(parameter)
        }
        let (names, schema) = (declared.names, declared.schema())
        let work = { @Sendable (context: RequestContext<Caller>, arguments: JSONValue?) throws -> ToolResult in
            if let arguments {
                try names.refuseUnknown(in: arguments)
            }
            let values = (repeat try (each parameters).value(in: arguments))
            return try call(context, repeat each values)
        }
        self.init(name, title, description, annotations, icons, schema, output, .never, ui, meta, run: work, runAtOnce: work)
    }

    /// A tool with a JSON Schema of its own making; its arguments arrive as they were sent, as an object that fits the schema.
    ///
    /// Arguments that don't fit become a result that says which of them, and what would be right (T9).
    public init(
        _ name: String,
        title: String? = nil,
        _ description: String,
        annotations: ToolAnnotations,
        icons: [Icon] = [],
        inputSchema: JSONValue,
        output: JSONValue? = nil,
        tasks: TaskSupport = .never,
        ui: ToolUI? = nil,
        meta: JSONValue? = nil,
        call: @escaping @Sendable (RequestContext<Caller>, _ arguments: JSONValue) async throws -> ToolResult
    ) {
        self.init(
            name,
            title,
            description,
            annotations,
            icons,
            inputSchema,
            output,
            tasks,
            ui,
            meta,
            isCheckedBySchema: true,
            run: { context, arguments in try await call(context, arguments ?? JSONValue.emptyObject) }
        )
    }

    /// What all kinds of declarations come to.
    ///
    /// - Parameter inputSchema: nil if two parameters have the same name: their schema is no JSON.
    init(
        _ name: String,
        _ title: String?,
        _ description: String,
        _ annotations: ToolAnnotations,
        _ icons: [Icon],
        _ inputSchema: JSONValue?,
        _ output: JSONValue?,
        _ tasks: TaskSupport,
        _ ui: ToolUI?,
        _ meta: JSONValue?,
        isCheckedBySchema: Bool = false,
        run: @escaping @Sendable (RequestContext<Caller>, JSONValue?) async throws -> ToolResult,
        runAtOnce: (@Sendable (RequestContext<Caller>, JSONValue?) throws -> ToolResult)? = nil
    ) {
        self.name = name
        self.title = title ?? name.asTitle
        self.description = description
        self.annotations = annotations
        self.icons = icons
        self.inputSchema = inputSchema ?? JSONValue.emptyObject
        outputSchema = output
        self.tasks = tasks
        self.ui = ui
        self.meta = meta
        fault = inputSchema == nil ? "two of its parameters have the same name" : nil
        self.isCheckedBySchema = isCheckedBySchema
        self.run = run
        self.runAtOnce = runAtOnce
    }

    /// Checks the arguments and does the work; those of a tool with a schema of its own making are checked by the server before.
    ///
    /// - Parameter arguments: The object the client sent; nil counts as `{}` (T15).
    /// - Throws: `ArgumentError` before any work if they don't fit, and whatever the tool throws.
    public func call(_ context: RequestContext<Caller>, arguments: JSONValue?) async throws -> ToolResult {
        try await run(context, arguments)
    }
}

extension JSONValue {
    /// `{}`.
    static let emptyObject: JSONValue = [:]
}
