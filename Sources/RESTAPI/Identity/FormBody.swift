import HTTPServer
import HTTPTypes
import NIOCore

/// The parameters of an `application/x-www-form-urlencoded` body, each of which may be there once (RFC 6749, § 3.2).
struct FormBody {
    private static let parameterLimit = 100

    private var parameters: [[UInt8]: String] = [:]

    /// - Throws: `unsupported_media_type`, `invalid_request`.
    init(_ request: IncomingRequest) throws(OAuthRefusal) {
        let type = (request.header(.contentType) ?? "").prefix { $0 != ";" }.lowercased().utf8.filter { $0 != 0x20 && $0 != 0x09 }
        guard type.elementsEqual("application/x-www-form-urlencoded".utf8) else {
            throw OAuthRefusal(
                .unsupportedMediaType,
                "unsupported_media_type",
                "Content-Type must be application/x-www-form-urlencoded"
            )
        }
        let pairs = Array(buffer: request.body).split(separator: UInt8(ascii: "&"), maxSplits: Self.parameterLimit)
        guard pairs.count <= Self.parameterLimit else {
            throw .invalidRequest("more than \(Self.parameterLimit) parameters")
        }
        for pair in pairs {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = Self.decoded(pair[..<end]), let value = Self.decoded(pair[end...].dropFirst()) else {
                throw .invalidRequest("the form can't be decoded")
            }
            guard parameters.updateValue(value, forKey: Array(name.utf8)) == nil else {
                throw .invalidRequest("a parameter was given twice")
            }
        }
    }

    /// A parameter's value; `nil` also without a value, which counts as left out.
    subscript(_ name: String) -> String? {
        parameters[Array(name.utf8)].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Percent-decoded, with `+` as a space; `nil` for a bad escape, bad UTF-8 or NUL.
    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case 0:
                return nil
            case UInt8(ascii: "+"):
                result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit), high | low != 0 else {
                    return nil
                }
                result.append(high << 4 | low)
            default:
                result.append(byte)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }
}
