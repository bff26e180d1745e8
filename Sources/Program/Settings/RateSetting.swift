package import HTTPServer

/// A rate limit as operators write it.
package enum RateSetting: Sendable, Equatable {
    case off
    case rate(RateLimits.Rate)

    package init?(text: String) {
        if text.lowercased() == "off" {
            self = .off
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { SettingForm.integer(String($0), in: 1...1_000_000) }
        guard parts.count == 3, let requests = parts[0], let window = parts[1], let burst = parts[2], window <= 86_400 else { return nil }
        self = .rate(RateLimits.Rate(requests: requests, window: .seconds(window), burst: burst))
    }

    package var rate: RateLimits.Rate? {
        guard case .rate(let rate) = self else { return nil }
        return rate
    }
}
