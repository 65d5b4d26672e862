import { z } from "zod";

// The content security policy forbids compiling code, which zod would otherwise try as soon as a schema is made: first import of main.tsx.
z.config({ jitless: true });
