import JSON

extension JSONValue {
    /// The same JSON without white space between its tokens.
    var compact: String {
        var (bytes, isInString, isEscaped) = ([UInt8](), false, false)
        for byte in self.bytes {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "\""): isInString.toggle()
            case 0x20 where !isInString, 0x09 where !isInString, 0x0A where !isInString, 0x0D where !isInString: continue
            default: break
            }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
