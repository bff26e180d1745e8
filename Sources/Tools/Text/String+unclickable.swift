extension String {
    /// A title in a question doesn't become an address to click (EL5).
    var unclickable: String {
        let slash = UInt8(ascii: "/")
        var result: [UInt8] = []
        for byte in utf8 {
            if byte == slash, result.last == slash { result.append(UInt8(ascii: " ")) }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
