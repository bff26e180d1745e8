/// Texts to start mutations from: something of everything.
let seeds: [[UInt8]] = [
    #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add","arguments":{"title":"Zürich","tags":["a","b"],"done":false}}}"#,
    #"{"a":1,"b":-2.5e+10,"c":[true,false,null],"d":{"e":{"f":[]}},"":"","\u0061b":"\uD83D\uDE00\n\"\\\/"}"#,
    #"[0,-0,1,10,1.0,0.5e-7,1E+2,123456789012345678901234567890,[[[[[]]]]],{},"","é😀\u2028"]"#,
    #"{"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,"k8":8,"k9":9,"k10":10,"k11":11,"k12":12,"k\u0031\u0033":13}"#,
    #"{"aaaaaaaaaaaa1":1,"aaaaaaaaaaaa2":2,"aaaaaaaaaaaa3":{"aaaaaaaaaaaa1":1,"aaaaaaaaaaaa2":2},"aaaaaaaaaaaa4":4}"#,
    #""plain ascii text that is longer than two words""#, #""\ud800\udc00\ud800\u0000\udc00""#,
    "\"\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\"",
    " { \"x\" :\t[ 1 ,\r\n 2 ] , \"y\" : { } } ", "[1e1000,-1e-1000,0e0,1.5]", #"["\u00e9","\t","\\","abcdefgh","abcdefg\n"]"#, "true",
    "null", "-12.5e3",
    "{" + (0..<40).map { #""key \#($0)":\#($0)"# }.joined(separator: ",") + "}",
].map { Array($0.utf8) }
