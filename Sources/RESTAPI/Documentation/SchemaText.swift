/// JSON Schemas that are used in many places, as texts.
enum SchemaText {
    /// Stands for a schema of the document's components.
    static func named(_ name: String) -> String { ##"{"$ref":"#/components/schemas/\##(name)"}"## }

    static func list(of schema: String) -> String { #"{"type":"array","items":\#(schema)}"# }

    static func oneOf(_ names: some Sequence<String>) -> String {
        #"{"type":"string","enum":[\#(names.map { "\"\($0)\"" }.joined(separator: ","))]}"#
    }

    /// Any value, with what people usually put there.
    static func usually(_ text: String, example: String) -> String {
        #"{"description":"\#(text)","examples":[\#(example)]}"#
    }

    static let string = #"{"type":"string"}"#
    static let positiveInteger = #"{"type":"integer","minimum":1}"#
    static let version = #"{"type":"integer","minimum":1,"description":"Grows by exactly one with each applied change."}"#
    static let count = #"{"type":"integer","minimum":0}"#
    static let time =
        #"{"type":"string","format":"date-time","pattern":"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$"}"#
    /// As the server reads it in parameters: RFC 3339 with any fraction and offset, or milliseconds since 1970.
    static let anyTime: String = {
        let date =
            "(197[1-9]|19[89][0-9]|[2-9][0-9]{3})-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
        let time = #"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?"#
        return #"{"type":"string","pattern":"^(\#(date)T\#(time)(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])|[1-9][0-9]{0,14})$"}"#
    }()
    /// As the server writes it.
    static let uid = #"{"type":"string","format":"uuid","pattern":"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}"#
    /// As the server reads it: any usual spelling.
    static let anyUID = #"{"type":"string","pattern":"\#(anyUIDPattern)"}"#
    /// In a path, where braces and colons would be escaped.
    static let pathUID = #"{"type":"string","pattern":"^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32})$"}"#
    /// 36 characters, also in braces or behind `urn:uuid:`, or 32 digits.
    private static let anyUIDPattern: String = {
        let digits = "[0-9A-Fa-f]"
        let hyphened = "\(digits){8}(-\(digits){4}){3}-\(digits){12}"
        return #"^(\#(hyphened)|\\{\#(hyphened)\\}|[Uu][Rr][Nn]:[Uu][Uu][Ii][Dd]:\#(hyphened)|\#(digits){32})$"#
    }()
    /// A cursor is opaque.
    static let cursor = #"{"type":"string","pattern":"^[A-Za-z0-9_-]*$"}"#
}
