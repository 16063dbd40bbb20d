import { testCorpus } from "./suite.ts"

testCorpus("odd")
