// swift-tools-version: 6.2

import PackageDescription

// The walls of the house. Each target names the only modules that it may see; the order is the reading order.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "toolbridge",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "JSON", targets: ["JSON"]),
    ],
    dependencies: [
    ],
    targets: [
        // JSON over bytes. Knows nothing else.
        .target(name: "JSON", swiftSettings: settings),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),

        // The domain and its ports.
        .target(name: "ToolBridge", dependencies: ["JSON"], swiftSettings: settings),
        .testTarget(name: "ToolBridgeTests", dependencies: ["ToolBridge", "JSON"], swiftSettings: settings),

        // Ratios, measured in one run; `make bench` drives them.
        .executableTarget(name: "JSONBenchmark", dependencies: ["JSON"], path: "Benchmarks/JSONBenchmark", swiftSettings: settings),
    ]
)
