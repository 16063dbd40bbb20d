import { testCorpus } from "./suite.ts"

testCorpus("one")
