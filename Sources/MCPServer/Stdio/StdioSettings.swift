/// The limits of a stdio server.
public struct StdioSettings: Sendable {
    /// Calls that run at once; more wait, and are read only as far as memory stays flat (I11).
    public var concurrency = 64
    /// Subscriptions that are open at once (SB5).
    public var subscriptions = 32
    /// Bytes.
    public var lineLimit = 1_048_576
    /// How long a request may run without saying anything (B17).
    public var timeLimit = Duration.seconds(60)
    /// How long a request may run, whatever it says (B17).
    public var hardTimeLimit = Duration.seconds(300)
    /// How long it may take to find out whether the client may be told of a change; it is told nothing if that takes longer (B17).
    public var noticeTimeLimit = Duration.seconds(5)
    /// How long calls may still run after the end of the input (I6).
    public var patience = Duration.seconds(5)
    /// Between two notices of the same thing (SB9).
    public var noticeInterval = Duration.milliseconds(100)

    public init() {}

    var callLimits: CallLimits { CallLimits(time: timeLimit, hardTime: hardTimeLimit) }
}
