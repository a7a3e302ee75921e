"""What the platforms take, on facts that are known before anything is sent: pure functions, one answer for all."""
