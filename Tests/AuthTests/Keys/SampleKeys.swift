/// Keys that were made for these tests and guard nothing.
enum SampleKeys {
    /// RSA, 2,048 bits, PKCS#8.
    static let rsa = """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDTrxDC/UQQE8tN
        EZtptXOdnREdDohHfhDRBOLuLhHS9R4PepYV4Q7O8PPiwt+IaeA4xzeX9xSQ3kro
        ZcB2UCjXAJ6hmtY/Js7o0dFCmAgOZhHcdjmVppD5J4QFQzCwhzXljY7FDE2kjc6i
        PyXMZOdCFoPS+yb++0QnTq/Sd717TYftkgCyaO4gYLHGyI46H8jMUZiDt2qHc3jq
        xZg6QUI/PFjlU98vfclugfFHCvFVgrU2Exq/nPjF5StWj0czFeYisU2BGO8g/5Mq
        LMe8g32I0imVO1dWfg1QMBlFfCLTztDJKfHj9bzgCEoM6xPaAWH+mF1fUMOAy/2X
        1w76rXD5AgMBAAECggEAAhb9XF9xt5Lqc+VTmnSPIqQ1Ugsdr08ATX/12ZIc3O9M
        j6yPJMInCkX4smloGYmqDAVzeA2ZZ2C6bpbqkoByFsVLy56itNbmPggsP7MOiU3a
        qUmFggO19K++Lusd5PBAyPZfzXQ0pAY+Xv2umtj4K3/bZ07RcLz8TEMLm1FRTpFN
        yI1UInkSXgi0hdA+mxqVfpk5zN+6YRNXzt7qb2Ehy0AlrzsrZtTQ6u1nzdovjN1q
        uiLYfwZNR/LKR+ydNBSewZXEG9yyUSdHVsp6A1NVyyGJgmMqNibt7ssfhsPEfyMy
        V+fhatJzp+4Z5Hk7Cg4ku4WwKVRnrW7XVuqD/P6Z8QKBgQDpKNkPW4Wof4HxoTG7
        nTrBa3ixVd/O6iAYspDRTu7p+sdnh2EdtjXj67LeDceYKH5yWK82OhUazm9oROqp
        gR+ZKSGd2e7llD8ojb3AzrnT4fkmDgFoeOXL4JcUbKd5lqUay7jdfY9eOUTHUc8B
        Yj3BBLoS9mV4Fin3GrCWI3rpNQKBgQDoa6bdomEos9VuCZaoI1keppildT/3F7LH
        Z8vNh2NKRHrnU1KnW+o4tCPa76wK0AvwvefMCo54+J5s7OMU6dJb7eFQ1rjN3NZh
        Fl+sZe80WSpE2BKGSF7Ze9domc1vgiGbcH5nm94RvWnDZM3r+XjuQ7FPJp4iufU0
        4OrDa7ylNQKBgQDALqYzjWmvCGKQSyCWFzQt56rU6QaQI9UO5miNzfUJsWaZRDJd
        biofUtDdTRhep8oJ8GWDWf65WLzlgiC2VLM56HhIBzFt1HL2t1ZXzU3IgvN9VX/9
        n+Ex2k5NTH4Cr5QpcRBQqMT6klPJwvnQlyx1o7LIHIZopEQ05K/3IQmXnQKBgQCI
        OlkC/WMvZUDLD2mzwYxB7+n2ySOl48kRIeCN5jYnWL4lCmye1bwSYlvFvsc7SzhE
        cjsEGIfrleXd+HcdUfPPmD2BkWmemDs7is6nENRE/aJN2cv50z9tAC6BC+0i18Z1
        AlnExtJB2aC9Oz+LeZ0NIrYxq3Py7MYxqUdRJbvbpQKBgHfMU9e/kwmQi0rOIOcO
        H+Ki5tO6XH77FtcIoPBN/2Jmo/RjyiwX45h/REK6rbrJB/9rn9aFv64YPr3xNvl5
        r0bzfqhIkSeHH5z6B3DZlLQ73idRiCVeWu/w8LXtE6hia2y7Qlgf/1c3sLrcGewb
        FAtzv/MIPC4irYv5vlLKx/4g
        -----END PRIVATE KEY-----
        """
    /// The same key in PKCS#1.
    static let rsaTraditional = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEpAIBAAKCAQEA068Qwv1EEBPLTRGbabVznZ0RHQ6IR34Q0QTi7i4R0vUeD3qW
        FeEOzvDz4sLfiGngOMc3l/cUkN5K6GXAdlAo1wCeoZrWPybO6NHRQpgIDmYR3HY5
        laaQ+SeEBUMwsIc15Y2OxQxNpI3Ooj8lzGTnQhaD0vsm/vtEJ06v0ne9e02H7ZIA
        smjuIGCxxsiOOh/IzFGYg7dqh3N46sWYOkFCPzxY5VPfL33JboHxRwrxVYK1NhMa
        v5z4xeUrVo9HMxXmIrFNgRjvIP+TKizHvIN9iNIplTtXVn4NUDAZRXwi087QySnx
        4/W84AhKDOsT2gFh/phdX1DDgMv9l9cO+q1w+QIDAQABAoIBAAIW/VxfcbeS6nPl
        U5p0jyKkNVILHa9PAE1/9dmSHNzvTI+sjyTCJwpF+LJpaBmJqgwFc3gNmWdgum6W
        6pKAchbFS8ueorTW5j4ILD+zDolN2qlJhYIDtfSvvi7rHeTwQMj2X810NKQGPl79
        rprY+Ct/22dO0XC8/ExDC5tRUU6RTciNVCJ5El4ItIXQPpsalX6ZOczfumETV87e
        6m9hIctAJa87K2bU0OrtZ83aL4zdaroi2H8GTUfyykfsnTQUnsGVxBvcslEnR1bK
        egNTVcshiYJjKjYm7e7LH4bDxH8jMlfn4WrSc6fuGeR5OwoOJLuFsClUZ61u11bq
        g/z+mfECgYEA6SjZD1uFqH+B8aExu506wWt4sVXfzuogGLKQ0U7u6frHZ4dhHbY1
        4+uy3g3HmCh+clivNjoVGs5vaETqqYEfmSkhndnu5ZQ/KI29wM650+H5Jg4BaHjl
        y+CXFGyneZalGsu43X2PXjlEx1HPAWI9wQS6EvZleBYp9xqwliN66TUCgYEA6Gum
        3aJhKLPVbgmWqCNZHqaYpXU/9xeyx2fLzYdjSkR651NSp1vqOLQj2u+sCtAL8L3n
        zAqOePiebOzjFOnSW+3hUNa4zdzWYRZfrGXvNFkqRNgShkhe2XvXaJnNb4Ihm3B+
        Z5veEb1pw2TN6/l47kOxTyaeIrn1NODqw2u8pTUCgYEAwC6mM41prwhikEsglhc0
        Leeq1OkGkCPVDuZojc31CbFmmUQyXW4qH1LQ3U0YXqfKCfBlg1n+uVi85YIgtlSz
        Oeh4SAcxbdRy9rdWV81NyILzfVV//Z/hMdpOTUx+Aq+UKXEQUKjE+pJTycL50Jcs
        daOyyByGaKRENOSv9yEJl50CgYEAiDpZAv1jL2VAyw9ps8GMQe/p9skjpePJESHg
        jeY2J1i+JQpsntW8EmJbxb7HO0s4RHI7BBiH65Xl3fh3HVHzz5g9gZFpnpg7O4rO
        pxDURP2iTdnL+dM/bQAugQvtItfGdQJZxMbSQdmgvTs/i3mdDSK2Matz8uzGMalH
        USW726UCgYB3zFPXv5MJkItKziDnDh/ioubTulx++xbXCKDwTf9iZqP0Y8osF+OY
        f0RCuq26yQf/a5/Whb+uGD698Tb5ea9G836oSJEnhx+c+gdw2ZS0O94nUYglXlrv
        8PC17ROoYmtsu0JYH/9XN7C63BnsGxQLc7/zCDwuIq2L+b5Sysf+IA==
        -----END RSA PRIVATE KEY-----
        """
    /// Its public half.
    static let rsaPublic = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA068Qwv1EEBPLTRGbabVz
        nZ0RHQ6IR34Q0QTi7i4R0vUeD3qWFeEOzvDz4sLfiGngOMc3l/cUkN5K6GXAdlAo
        1wCeoZrWPybO6NHRQpgIDmYR3HY5laaQ+SeEBUMwsIc15Y2OxQxNpI3Ooj8lzGTn
        QhaD0vsm/vtEJ06v0ne9e02H7ZIAsmjuIGCxxsiOOh/IzFGYg7dqh3N46sWYOkFC
        PzxY5VPfL33JboHxRwrxVYK1NhMav5z4xeUrVo9HMxXmIrFNgRjvIP+TKizHvIN9
        iNIplTtXVn4NUDAZRXwi087QySnx4/W84AhKDOsT2gFh/phdX1DDgMv9l9cO+q1w
        +QIDAQAB
        -----END PUBLIC KEY-----
        """
    /// The same in PKCS#1.
    static let rsaPublicTraditional = """
        -----BEGIN RSA PUBLIC KEY-----
        MIIBCgKCAQEA068Qwv1EEBPLTRGbabVznZ0RHQ6IR34Q0QTi7i4R0vUeD3qWFeEO
        zvDz4sLfiGngOMc3l/cUkN5K6GXAdlAo1wCeoZrWPybO6NHRQpgIDmYR3HY5laaQ
        +SeEBUMwsIc15Y2OxQxNpI3Ooj8lzGTnQhaD0vsm/vtEJ06v0ne9e02H7ZIAsmju
        IGCxxsiOOh/IzFGYg7dqh3N46sWYOkFCPzxY5VPfL33JboHxRwrxVYK1NhMav5z4
        xeUrVo9HMxXmIrFNgRjvIP+TKizHvIN9iNIplTtXVn4NUDAZRXwi087QySnx4/W8
        4AhKDOsT2gFh/phdX1DDgMv9l9cO+q1w+QIDAQAB
        -----END RSA PUBLIC KEY-----
        """
    /// The same key behind a password.
    static let rsaEncrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIG5C/5iWHvukCAggA
        MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBB7F8Up1OI5tF9L++L2FW3mBIIE
        0JoPcJhCJvS0FW4+BAXidXnje0fHZ92qH/kE19CY6xDFAsoARtag/mLaViedRUZp
        75lp0Pg4NgnSV9W5B5/JoXDqGaGDkGbYimIjmCgd9Xm9cNFLgQfOqyZaPeCb4+8T
        adBUDYlETmt/ISUqIkwkYFHBtXF2qhoXHVdh2WdfUSlaDICkMZ724VWd0Z7gsd2B
        sPrykmtdI2d9H6T+xtdsXZmjWAD2EpEi/67rIJ99v7I5P3aRO1IAaK9YegVlswgg
        Z3snwU19DWmxR7rZbhJVFZYlJGhzrxkjVxlOnTl+9cqkl9LHlMcO0iIiXrpzBdUQ
        ZN0eGMkjngW3pIIzgV3W0utlMWQZo6GADxATaIJ67WnRrnsr/S8naNhMP5heBUZL
        29WFbw2XKnPNup7K8W0xN0l5IVVKz3KXp5LibrJkIyF3BIa026D95JpKe6J7Bcte
        SRf99f/6LNHVZEkm2KTbDREr8dk4wgD6GiSLGl46mJrYxdidy4So2D8390sK2Hby
        2rYUciS2/COlzHjPVZMQqFrbp6JWoQhTZRu0c1+FGYDh5X5iM/KqR+/tiq0pR9ya
        tg90OHPplyBHwMGphUgBy/zavy5rGKU0MreDNRiBSASTVUt/vsRls1dgy6o5VGm/
        R8WPibuQka5ZBt9MBFCPojZhaOc2t3Q/b+jgLxpzgOpbXmSUvTkXbAjl6+spYfvX
        rmzdZXfutFbLYL0CQ3lQdNU094AQpbmHshauNfBRxeg+Gfz/hVJ/qJdXDjnufQGr
        YpUnr5XOcGOAo9G04gjHkGzGrTsdmY8w2UKuo84qB+APNWG9wSdggpPFqHK6982j
        s13+la9CV5gP7AWIopTuiX545MdxqurtnXXtDyYWgenhAyRC+Ag7lc9fHLMB1WiQ
        3l3tRpTx9uD71CWpZWSeBYUkY1YRajRYPtTmYHc72GSJIyDhfRjHRPQ+ctf0ZiSy
        bQYFti2PStR02UelACUCSnxZnM34K60zZrzLRYkuuvPSQ6fDtDoOnon1o+8Nk85g
        DkBI4LpZ/LldoisReNztObMCVWEb5eC+gl1vv0g/mt6sUe/sHhBu/oRiJ146wRAV
        NZtDoyQ2bXvSpCZ89d5K5tExZghJoKoram9hkEMsEY7mE0TQrwaAsak446n1qs9S
        14TAB3KaMUXrQmgbCN7CXLKkcowNi3jQKl0s38NjVTRAVgo0FXFZBqb3/HJUY9v5
        nU020+cgk863gL2fRDcVH8g72Ioyj8wBLfHy4OwHz/75Fquau8q+92icFx2GzJ0c
        xP7GiRepvZ62d8Ou9gPR/Gw112VEWt0bJhxD/eVJB3G+xHH7vLn/KEosnZTw/rKV
        f8hrd2uN4Bhj+oW2OPj4o9W3O5WOt3fkal0+KQFjNp4Ux+R7pcMMELbb9AeWmvUW
        Lrf7DZwh7uTts7s66fxi1xu3fnKs1/QY6hmyxkg4VrrkrwT9cykTU1oHMEX3g4Xz
        FF+Z+GmBqrUyJ9rdESO7HgFjIutJHlb+lCZ0MTSq1Jy5BiYnH1xPHBPF8CE6/SoZ
        hFW5WAwJYggLywwv8TDGHuQCSRpEeQlLc2lxpVqLThSDvw0IUZ4ejuZ2F6rDZYx2
        z9hAAT6inxJYkryTbuWtZGGU7V0KfbfzMvPT7FEejfUV
        -----END ENCRYPTED PRIVATE KEY-----
        """
    /// Another one.
    static let otherRSA = """
        -----BEGIN PRIVATE KEY-----
        MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQC2WtyRtN7Oe4dk
        /rCYTPpbU/1sgYspd1io7Eeto/Rk2V8LUDlcv45WGz4HDWsWai/rgBKwPlQ4SDwV
        OQGb+qCC2awJe+qq+HnJ8Nn82AW0Q8zi8LRzrIhCmc3rHUlh34eXoFO4TEwjAgFN
        jl7dndZ6UD0VvbXqI/NA6bfjVbw3WRw98zT7HO5KSD16mbn2TE8tfVZMSzOCAdRo
        TxZlgMXhMhiWNPwXSgyxpyybCYaUHxCT/Q3KsXz6SxBQPfEyPxlSA3nFxWGf3c+x
        cURYQyaPvI5jSg/EjCMK6VjXXjY6DHCDqbIyPfHyA0PakHTcpxZlFSsnQ/GdjHic
        ZccaLiZDAgMBAAECggEADPK/tbLnnTbFQuUYyf+xSTnaBVHffUbFq1z3q/s3189d
        gdKk+BJ7+1481chcob9RfsHd0djjJwnuBj3BgP9XVWM6ZYQAgjpZf37UI7F9GjM0
        QasAzTPjiwMbzYWLV+FE4f3W4/+66kNyrzycPNU/zPiUlc4eNC1wUNwnnANS9YUF
        7HxJwC0iaWkIBzxtqjPW12Y7S63kZNZHuC49VaXqOcUB2m9b4j02Jt9qOYWTvREe
        LWmBBCyjzP5UosJ0GLzqncLHL7BvX4vleUC+WpBoBZL+FgeMy0vERCuvV8qdiXfu
        Fn8cgk9V9Qrpa6/l2k/JqFom2MWGi+masX92GMNDoQKBgQDx8W9DBMbjzItjij58
        0LYwMCZb2c9DnGy51C3jT5g9OX26WUV5tvjCeF29fFmgy7QX/rn7vOKyID6ka/P4
        /AZvkZxyRXrHBMsYgH+L3nbapitbN3xXnsKEYBzGyahTf5esE1HYGqrVvbeY7Arr
        w1O6BJfUfOGkuWJaodoAaUSlowKBgQDA8yLc5Pxrxy6s3nrSRzLgWEx10TuKhiBd
        T48dCCQ6qjjp49vhPVoZEMtJDgd9jdZsmjsK64bIV2MPDa5K4oTyHE5xElexhPiH
        Un1kH/nempieJDRTuySNQlxfQD3brqFaDIowG7WIgLcGve2d4c94bO7RbgreQ8uS
        kl8g3xpG4QKBgQCwFywGmCx10gLFgPG4AGQJsJHKmj2bFPehTMfVQLIqJXTXs2+4
        ha6KQ/beGepV+MzsBe6xRSmtwYA2RYf9eNjqTQ2TsfQJc/ipraSnVVQmEXlO25R5
        ZUhn9lgbatxDYYMvr6QK6GXcSUeeWnYcYD7JDdy/v+Cu9mqaUmCLmhJnhwKBgQC6
        64/NkOPcgYR9Iba4eRMXdVL1HDJjOxalbsqE5Hs8feVO6Ff9t1LOT4+wATBOeJbO
        dQdXx921vbqQPb+oehMy/SscrRlZNykQ51/kHHoTJY9OPGKY7wY09qHIANMsO9vC
        Ab3pZx6Q06j7lglY1wYHcvhU2RccRW80WipgDOJG4QKBgQDV1lgbmfoClkJG1S4R
        p0PRzTe6Wx0NVKvKjQEp+g3NtEqFcPMJSv6RvMgY7cPHafLS2DU9HaACKSXJ6uTh
        vP1z6ce8l/wuA22LwkuddNRBKfFDr26J2K0le5z3a3W3ARSe3veHfmWEkcDpDI0R
        1+WBLOj62epoFVSYrZTNHb0/FA==
        -----END PRIVATE KEY-----
        """
    /// Its public half.
    static let otherRSAPublic = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtlrckbTeznuHZP6wmEz6
        W1P9bIGLKXdYqOxHraP0ZNlfC1A5XL+OVhs+Bw1rFmov64ASsD5UOEg8FTkBm/qg
        gtmsCXvqqvh5yfDZ/NgFtEPM4vC0c6yIQpnN6x1JYd+Hl6BTuExMIwIBTY5e3Z3W
        elA9Fb216iPzQOm341W8N1kcPfM0+xzuSkg9epm59kxPLX1WTEszggHUaE8WZYDF
        4TIYljT8F0oMsacsmwmGlB8Qk/0NyrF8+ksQUD3xMj8ZUgN5xcVhn93PsXFEWEMm
        j7yOY0oPxIwjCulY1142Ogxwg6myMj3x8gND2pB03KcWZRUrJ0PxnYx4nGXHGi4m
        QwIDAQAB
        -----END PUBLIC KEY-----
        """
    /// 1,024 bits.
    static let shortRSA = """
        -----BEGIN PRIVATE KEY-----
        MIICdQIBADANBgkqhkiG9w0BAQEFAASCAl8wggJbAgEAAoGBALA+IgEJOjBmshKt
        1GCpugyOAeffo9KDDnJ2sEXcYjd71W1QSxv8drpy0gfy5AoIwsQRtd8tKRy18GTr
        DImsZtV3tglQkovCQyUod9FJUDfrpt/nF5ruC4DLkuqZqD/w5cysCT8GMB1AiNTO
        9mg+0vit1fFaGFYoMaex0Ibu/ZJrAgMBAAECgYBrhRxdoXF8gcp1ltMQPbuhWSlU
        ep2JGidAMaSMmkzZKJUmYWvRIQ6V5OK5srboYDviPiPEidqhB2YnSzaU7za0VTkZ
        BVBOKGz+Jjl6b8Pd8YzfHUsMo8OY799NV45ouHaAQUzl8ucLokR/eN7FPm5M5Igr
        oBKt2wSswd0nFMrsEQJBAN0LJfub0ammMpT7xqlE3lbc/Sh4VQ7tlindr7TzVE8i
        FLEpKxWPu8gTGjhAO0NFR3XHAF7sooZFOyZBJdy/MEUCQQDMHT3uFisgwAtiyV8L
        rMFwjk8eZTmPXG4FrlUw4IJtTearytaDERs/hk0afoIiHVN2cPSkW8ZlF79Rcra9
        /prvAkA7iIwjVxVB/uwyqhkYb97+QCjC5J3sFltSTU3Mi5jSc1hlWrQq63pk6Zgv
        PEV52cfkVcOozUz8otrKc9Nxv+CNAkAFDtRyCeqXrSqbEBJi360LdPtQ7YE3pDq1
        uVQzGd0hiESnDSezp8DdGh7fATOIVOG0laf6Sqvn5WbARe9xVdXRAkAm8mkqyCzV
        hfDgtVXjH9AjK9nD0ZooBnSIiY/cH3TiE8lUSdIuAKqTtjrmoIgDrPjGC62lStRz
        bvm5zBYfNKk+
        -----END PRIVATE KEY-----
        """
    /// On P-256.
    static let ec = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBZblXff+zhxpbwNl
        HBbjJl4XW+UrIspGRG4kpuiGzHOhRANCAASFxmyy35/I+O7DOUs8POUsuWScYwe/
        r6bDJqhuF1CYBr9l5vCaT0H7mEx/GZJHZxkC7MgVWoIrTNgcWxvl2M8x
        -----END PRIVATE KEY-----
        """
    /// Its public half.
    static let ecPublic = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhcZsst+fyPjuwzlLPDzlLLlknGMH
        v6+mwyaobhdQmAa/Zebwmk9B+5hMfxmSR2cZAuzIFVqCK0zYHFsb5djPMQ==
        -----END PUBLIC KEY-----
        """
    /// On P-384, which is not taken.
    static let p384Public = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEyJ1GBHJJiICoNd+YT0mEjPTcjLySblfV
        26VrBWrLOIAQTo9nVlO+Rtm1lPaC+YqyMtrB/x84RpL46VCJqSauJR2Hg41EOmWL
        WLRwaAwGSYCZOuU/NC7gA8+NTVpv7G7y
        -----END PUBLIC KEY-----
        """
    /// 32 bytes.
    static let secret = "0123456789abcdef0123456789abcdef"
}
