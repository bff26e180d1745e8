import JSON

/// Texts that are all of one kind, some as unkind as possible; none may be much slower than the others.
enum Shapes {
    /// No limit of content, so that all of each text is looked at.
    static let limits = JSONLimits(values: .max)

    /// Each shape by name, about 1 MB.
    static func all() -> [(String, [UInt8])] {
        [
            ("ASCII text", elements(#""\#(String(repeating: "The quick brown fox. ", count: 50))""#)),
            ("short strings", elements(#""abc""#)),
            ("Cyrillic text", elements(#""\#(String(repeating: "Съешь ещё этих мягких булок. ", count: 50))""#)),
            ("Chinese text", elements(#""\#(String(repeating: "我能吞下玻璃而不伤身体", count: 50))""#)),
            ("emoji", elements(#""\#(String(repeating: "😀🎉", count: 50))""#)),
            ("escapes", elements(#""\n\u00e9\"\\\ud83d\ude00""#)),
            ("integers", elements("12345")),
            ("doubles", elements("-123.456e-7")),
            ("digits", elements("1")),
            ("white space", elements(String(repeating: " ", count: 200) + "1")),
            ("empty arrays", elements("[]")),
            ("nested arrays", elements(String(repeating: "[", count: 60) + String(repeating: "]", count: 60))),
            ("empty keys", elements(#"{"":0}"#)),
            ("objects of 8 keys", elements(object(8, "k"))),
            ("objects of 24 keys, same beginning", elements(object(24, "abcdefghijkl"))),
            ("objects of 24 keys, same kilobyte at the beginning", elements(object(24, String(repeating: "a", count: 1000)))),
            ("objects of 25 keys, same beginning", elements(object(25, "abcdefghijkl"))),
            ("objects of 25 escaped keys", elements(object(25, #"\u0061"#))),
            ("one object", Array(object(80_000, "k").utf8)),
            ("one object, escaped keys", Array(object(50_000, #"\u0061"#).utf8)),
        ]
    }

    private static func elements(_ element: String) -> [UInt8] {
        let count = max(1, 1_000_000 / (element.utf8.count + 1))
        return Array(("[" + repeatElement(element, count: count).joined(separator: ",") + "]").utf8)
    }

    /// An object whose keys all have the same length and differ at their ends only.
    private static func object(_ count: Int, _ prefix: String) -> String {
        "{" + (0..<count).map { #""\#(prefix)\#(100_000 + $0)":0"# }.joined(separator: ",") + "}"
    }
}
