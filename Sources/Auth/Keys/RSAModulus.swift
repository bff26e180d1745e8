/// What can be told of an RSA key by its public numbers.
enum RSAModulus {
    /// - Parameters:
    ///   - modulus: Big-endian, without leading zeros.
    ///   - exponent: As `modulus`.
    /// - Throws: ``KeyFault``: fewer than 2,048 bits; or more than 8,192, or an exponent that is even, 1 or above 32 bits, which cost more
    ///   time than any honest key; or primes that can be guessed.
    static func check(_ modulus: ArraySlice<UInt8>, _ exponent: ArraySlice<UInt8>) throws(KeyFault) {
        guard let high = modulus.first, let low = exponent.last, exponent.count <= 4, low & 1 == 1 else { throw .badSize }
        let bits = modulus.count * 8 - high.leadingZeroBitCount
        guard (2048...8192).contains(bits), exponent.count > 1 || low >= 3 else { throw .badSize }
        guard !isGuessable(modulus) else { throw .unsupported }
    }

    /// Whether the key was made by a chip whose primes are powers of 65,537 modulo small primes (CVE-2017-15361, "ROCA"); its product then
    /// is one, too, which another key's is with a chance below 2^-100.
    private static func isGuessable(_ modulus: ArraySlice<UInt8>) -> Bool {
        primes.allSatisfy { prime in
            let rest = modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }
            var power = 1
            repeat {
                if power == rest { return true }
                power = power * (65537 % prime) % prime
            } while power != 1
            return false
        }
    }

    /// From 3 to 167, as in the paper "The Return of Coppersmith's Attack" (CCS 2017).
    private static let primes = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137,
        139, 149, 151, 157, 163, 167,
    ]
}
