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
    /// Whether `structured` also stands as the one text block, byte for byte (T7).
    let textIsStructured: Bool

    /// Whether there is anything for the model to read.
    var isReadable: Bool { textIsStructured || !content.isEmpty }

    private init(content: [ContentBlock], structured: [UInt8]?, isError: Bool, textIsStructured: Bool) {
        self.content = content
        self.structured = structured
        self.isError = isError
        self.textIsStructured = textIsStructured
    }

    /// One JSON value: the text block holds exactly these bytes, and structured content is the same (T7).
    ///
    /// - Parameter json: Valid JSON in UTF-8 that fits the tool's output schema; `ServerDefinition.checksResults`
    ///   says whether it is looked at.
    public static func structured(_ json: [UInt8]) -> ToolResult {
        ToolResult(content: [], structured: json, isError: false, textIsStructured: true)
    }

    /// One block of text.
    public static func text(_ text: String) -> ToolResult {
        ToolResult(content: [.text(text)], structured: nil, isError: false, textIsStructured: false)
    }

    /// A refusal or a failure: `isError: true` and a text that says what to change (T9).
    public static func failure(_ text: String) -> ToolResult {
        ToolResult(content: [.text(text)], structured: nil, isError: true, textIsStructured: false)
    }

    /// Blocks of any kind, with structured content beside them if `structured` is given.
    public static func content(_ blocks: [ContentBlock], structured: [UInt8]? = nil) -> ToolResult {
        ToolResult(content: blocks, structured: structured, isError: false, textIsStructured: false)
    }
}
