"""One usual, complete proof for every task: what the other tests start from."""

USUAL = {
    "1a": """Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)                 # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # Quotientenregel
= exp(-z)/(1 + exp(-z))**2                       # Kettenregel
= sigma(z)*(1 - sigma(z))                        # Algebra""",
    "1b": """Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])                                             # Definition
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2      # Quotientenregel
= (exp(z[i])*kron(i, j)*S - exp(z[i])*Derivative(S, z[j]))/S**2             # Kettenregel, Kronecker
= (exp(z[i])*kron(i, j)*S - exp(z[i])*exp(z[j]))/S**2                       # Summenregel, Kettenregel
= a[i]*(kron(i, j) - a[j])                                                  # Algebra""",
    "1c": """Derivative(loss, z[n])
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))     # Summenregel, Faktorregel
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))     # Kettenregel
= -Sum(y[i]*(kron(i, n) - a[n]), (i, 1, N))             # 1b
= -y[n] + a[n]*Sum(y[i], (i, 1, N))                     # Kronecker
= a[n] - y[n]                                           # Voraussetzung""",
    "1d": """Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))                                           # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))    # Definition
= Sum(delta[L+1,m]*Sum(w[L+1,k,m]*Derivative(h(z[L,k]), z[L,n]), (k, 1, N)), (m, 1, M))               # Summenregel
= Sum(delta[L+1,m]*Sum(w[L+1,k,m]*dh(z[L,k])*kron(k, n), (k, 1, N)), (m, 1, M))                       # Kettenregel
= Sum(delta[L+1,m]*w[L+1,n,m]*dh(z[L,n]), (m, 1, M))                                                  # Kronecker
= dh(z[L,n])*Sum(delta[L+1,m]*w[L+1,n,m], (m, 1, M))                                                  # Algebra""",
    "tanh": """Derivative(tanh(x), x)
= Derivative((exp(x) - exp(-x))/(exp(x) + exp(-x)), x)                                    # Definition
= (Derivative(exp(x) - exp(-x), x)*(exp(x) + exp(-x))
   - (exp(x) - exp(-x))*Derivative(exp(x) + exp(-x), x))/(exp(x) + exp(-x))**2            # Quotientenregel
= ((exp(x) + exp(-x))**2 - (exp(x) - exp(-x))**2)/(exp(x) + exp(-x))**2                   # Summenregel, Kettenregel
= 1 - tanh(x)**2                                                                          # Algebra""",
    "linear": """Derivative(loss, w[n,m])
= Derivative(Sum((a[i] - y[i])**2, (i, 1, N))/2, w[n,m])                  # Definition
= Sum(Derivative((a[i] - y[i])**2, w[n,m]), (i, 1, N))/2                  # Summenregel
= Sum((a[i] - y[i])*Derivative(a[i], w[n,m]), (i, 1, N))                  # Potenzregel
= Sum((a[i] - y[i])*x[m]*kron(i, n), (i, 1, N))                           # Kronecker
= (a[n] - y[n])*x[m]                                                      # Kronecker""",
}
