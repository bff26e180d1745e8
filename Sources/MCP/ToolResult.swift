public import JSON

/// What a tool gives back.
///
/// Made once for all revisions: what an older client doesn't know is left out or told in words when it is written (T8, T11).
public struct ToolResult: Sendable, Equatable {
    /// Blocks that the model reads.
    public let content: [ContentBlock]
    /// One JSON value as bytes; it is spliced into the answer unread (T6, J5).
    public let structured: [UInt8]?
    /// Whether the call failed in a way the model should know of.
    public let isError: Bool
    /// The stable code of a failure, for logs; clients find it in the text.
    package let code: String?
    /// Whether `structured` also stands as the one text block, byte for byte (T7).
    let textIsStructured: Bool

    /// Whether nobody has seen to it that `structured` is one JSON value.
    let isUnproven: Bool

    /// Whether there is anything for the model to read.
    var isReadable: Bool { textIsStructured || !content.isEmpty }

    private init(
        content: [ContentBlock],
        structured: [UInt8]? = nil,
        isError: Bool = false,
        code: String? = nil,
        textIsStructured: Bool = false,
        isUnproven: Bool = false
    ) {
        self.content = content
        self.structured = structured
        self.isError = isError
        self.code = code
        self.textIsStructured = textIsStructured
        self.isUnproven = isUnproven
    }

    /// One JSON value: the text block holds exactly these bytes, and structured content is the same (T7).
    ///
    /// - Parameter json: Valid JSON in UTF-8, else the call is an internal error. It must fit the tool's output schema;
    ///   `ServerDefinition.checksResults` says whether that is looked at.
    public static func structured(_ json: [UInt8]) -> ToolResult {
        ToolResult(content: [], structured: json, textIsStructured: true, isUnproven: true)
    }

    /// One JSON value, as text and as structured content (T7).
    public static func structured(_ value: JSONValue) -> ToolResult {
        structured(unchecked: Array(value.bytes))
    }

    /// One object, as text and as structured content (T7).
    ///
    /// - Parameter members: Writes the members of the object: `$0.member("degrees", 21.5)`.
    public static func structured(_ members: (inout JSONWriter) throws -> Void) rethrows -> ToolResult {
        var writer = JSONWriter()
        try writer.object(members)
        return structured(unchecked: writer.bytes)
    }

    /// Bytes that are one JSON value because of how they were made: they aren't looked at in release builds.
    package static func structured(unchecked json: [UInt8]) -> ToolResult {
        ToolResult(content: [], structured: json, textIsStructured: true)
    }

    /// One block of text.
    public static func text(_ text: String) -> ToolResult {
        ToolResult(content: [.text(text)])
    }

    /// A refusal or a failure: `isError: true` and a text that says what to change (T9).
    public static func failure(_ text: String) -> ToolResult {
        ToolResult(content: [.text(text)], isError: true)
    }

    /// The same, with a code for logs and metrics.
    ///
    /// - Parameter code: One of few: it never holds anything of the caller's.
    package static func failure(_ text: String, code: String) -> ToolResult {
        ToolResult(content: [.text(text)], isError: true, code: code)
    }

    /// Blocks of any kind, with structured content beside them if `structured` is given.
    public static func content(_ blocks: [ContentBlock], structured: [UInt8]? = nil) -> ToolResult {
        ToolResult(content: blocks, structured: structured, isUnproven: structured != nil)
    }

    /// Blocks of any kind, with structured content beside them.
    public static func content(_ blocks: [ContentBlock], structured: JSONValue) -> ToolResult {
        ToolResult(content: blocks, structured: Array(structured.bytes))
    }

    /// What there is to read, one for each block of text, in their order.
    public var texts: [String] {
        let first = textIsStructured ? structured.map { [String(decoding: $0, as: UTF8.self)] } ?? [] : []
        return content.reduce(into: first) { texts, block in
            if case .text(let text) = block { texts.append(text) }
        }
    }

    /// All there is to read, one block of text a line.
    public var text: String { texts.joined(separator: "\n") }

    /// Whether both say the same, whichever way they were made.
    public static func == (a: ToolResult, b: ToolResult) -> Bool {
        a.content == b.content && a.structured == b.structured && a.isError == b.isError && a.textIsStructured == b.textIsStructured
    }
}
